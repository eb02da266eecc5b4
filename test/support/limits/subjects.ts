/** Everybody who can have limits, each with these fields, and how to ask on their behalf. */
import { makeKey } from '../gateway.ts';
import { type Answer, type AskOptions, fresh, type LimitLab } from './lab.ts';

export interface Subject {
  /** As a refusal names it. */
  readonly scope: string;
  ask(options?: AskOptions): Promise<Answer>;
  /** The credential that it asks with. */
  readonly key: string;
}

type Fields = Record<string, unknown>;

/** By kind of scope, and where it is configured. */
export const SUBJECTS: Readonly<Record<string, (lab: LimitLab, fields: Fields) => Promise<Subject>>> = {
  'a key of the Registry': async (lab, fields) => {
    const name = fresh('minted');
    return subject(lab, await lab.mint({ name, ...fields }), `key "${name}"`);
  },
  'a key of the document': async (lab, fields) => {
    const name = fresh('listed');
    const { key, entry } = makeKey(name, fields);
    await lab.configure({ keys: [entry] });
    return subject(lab, key, `key "${name}"`);
  },
  'a token that a key minted': async (lab, fields) => {
    const name = fresh('narrow');
    const parent = await lab.mint();
    const { token } = await lab.desk.mintToken(parent, { name, ...fields });
    return subject(lab, token, `token "${name}"`);
  },
  'a project of the document': async (lab, fields) => {
    const project = fresh('project');
    await lab.configure({ projects: { [project]: fields } });
    return subject(lab, await lab.mint({ project }), `project "${project}"`);
  },
  'a project of the Registry': async (lab, fields) => {
    const project = fresh('project');
    await lab.desk.tenant('projects', project, fields);
    return subject(lab, await lab.mint({ project }), `project "${project}"`);
  },
  'an organization of the document': async (lab, fields) => {
    const organization = fresh('organization');
    await lab.configure({ organizations: { [organization]: fields } });
    return subject(lab, await lab.mint({ organization }), `organization "${organization}"`);
  },
  'an organization of the Registry': async (lab, fields) => {
    const organization = fresh('organization');
    await lab.desk.tenant('organizations', organization, fields);
    return subject(lab, await lab.mint({ organization }), `organization "${organization}"`);
  },
  'an end user, named by `user`': (lab, fields) => endUser(lab, fields, 'user'),
  'an end user, named by `safety_identifier`': (lab, fields) => endUser(lab, fields, 'safety_identifier'),
};

export const SUBJECT_NAMES: readonly string[] = Object.keys(SUBJECTS);

async function endUser(lab: LimitLab, limits: Fields, member: string): Promise<Subject> {
  const name = fresh('user');
  await lab.configure({ end_users: limits });
  return subject(lab, await lab.mint(), `end user "${name}"`, { [member]: name });
}

const subject = (lab: LimitLab, key: string, scope: Subject['scope'], more: Fields = {}): Subject => ({
  scope,
  key,
  ask: ({ fields = {}, ...options } = {}) => lab.ask(key, { ...options, fields: { ...more, ...fields } }),
});
