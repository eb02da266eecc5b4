/**
 * Script of the docs page. Whatever comes from elsewhere gets into the page as text and never as markup, and the token
 * stays in its field: it is in no storage and in no URL.
 */
export const SCRIPT = String.raw`
'use strict';
const MAX_SHOWN = 200000;
const LIMITS = ['default', 'minimum', 'maximum', 'exclusiveMinimum', 'minLength', 'maxLength', 'maxItems', 'pattern'];
const byId = (id) => document.getElementById(id);
let root;

/** Strings among the children become text. */
function make(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.filter(Boolean));
  return node;
}
const dim = (text) => make('span', { class: 'dim' }, text);
/** What stands between backticks is code. */
const prose = (tag, text) => text && make(tag, {}, ...text.split('\x60').map((part, index) => (index % 2 ? make('code', {}, part) : part)));

const nameOf = (schema) => schema.$ref && schema.$ref.split('/').pop();
const resolve = (schema) => (schema.$ref ? root.components.schemas[nameOf(schema)] : schema) || {};
const partsOf = (schema) => schema.anyOf || schema.oneOf || schema.allOf;

function typeOf(schema) {
  if (schema.$ref) return nameOf(schema);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (partsOf(schema)) return [...new Set(partsOf(schema).map(typeOf))].join(schema.allOf ? ' & ' : ' | ');
  const types = [schema.type || 'any'].flat().map((type) => (type === 'array' ? 'array of ' + typeOf(schema.items || {}) : type));
  return types.join(' | ') + (schema.format ? ' (' + schema.format + ')' : '');
}

/** Members of objects, however deep. A schema within itself is only named. */
function membersOf(schema, seen) {
  const name = nameOf(schema);
  if (seen.includes(name)) return null;
  const inner = resolve(schema);
  const within = name ? [...seen, name] : seen;
  const lists = (partsOf(inner) || [inner.items]).filter(Boolean).map((part) => membersOf(part, within));
  const members = Object.entries(inner.properties || {});
  if (typeof inner.additionalProperties === 'object') members.push(['*', inner.additionalProperties]);
  if (members.length)
    lists.push(make('ul', {}, ...members.map(([key, value]) => memberOf(key, value, (inner.required || []).includes(key), within))));
  return make('div', {}, ...lists);
}

function memberOf(key, schema, isRequired, seen) {
  const limits = LIMITS.filter((name) => schema[name] !== undefined).map((name) => name + ' ' + JSON.stringify(schema[name]));
  const about = [typeOf(schema), isRequired && 'required', ...limits].filter(Boolean).join(', ');
  return make('li', {}, make('code', {}, key), ' ', dim(about), prose('div', schema.description), membersOf(schema, seen));
}

const parameterOf = ({ name, in: place, required, schema, description }) =>
  memberOf(name, { ...schema, description: place + (description ? ': ' + description : '') }, required, []);

const bodyOf = (title, { description, content = {} }) =>
  make('div', {}, make('h3', {}, title), prose('p', description),
    ...Object.entries(content).flatMap(([type, { schema = {} }]) => [dim(type + ': ' + typeOf(schema)), membersOf(schema, [])]));

/** A body to begin with: what is required. */
function sampleOf(schema, depth = 0) {
  const inner = resolve(schema);
  const given = [inner.example, inner.default, inner.const, inner.enum && inner.enum[0]].find((value) => value !== undefined);
  if (given !== undefined || depth > 6) return given;
  if (partsOf(inner)) return sampleOf(partsOf(inner)[0], depth + 1);
  const [type] = [inner.type].flat();
  if (type === 'object') return Object.fromEntries((inner.required || []).map((key) => [key, sampleOf(inner.properties[key], depth + 1)]));
  return { string: '', integer: inner.minimum || 0, number: inner.minimum || 0, boolean: false, array: [] }[type];
}

const fieldOf = ({ name, in: place, required }) =>
  make('label', {}, name + (required ? ' (required)' : ''), make('input', { name, 'data-in': place, autocomplete: 'off', ...(required && { required: '' }) }));

function tryOf(method, path, { parameters = [], requestBody }) {
  const text = requestBody && make('textarea', { spellcheck: 'false' });
  if (text) text.value = JSON.stringify(sampleOf(Object.values(requestBody.content)[0].schema), null, 2);
  const output = make('pre', { tabindex: '0', role: 'status', 'aria-label': 'Answer', hidden: '' });
  const form = make('form', {}, ...parameters.map(fieldOf), text && make('label', {}, 'Body', text), make('button', {}, 'Send'));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    output.hidden = false;
    output.textContent = '…';
    output.textContent = await send(method, path, form, text).catch((error) => 'No answer: ' + error.message);
  });
  return make('div', {}, make('h3', {}, 'Try it'), form, output);
}

async function send(method, path, form, text) {
  const headers = {};
  const query = new URLSearchParams();
  for (const { name, value, dataset } of form.querySelectorAll('input')) {
    if (dataset.in === 'path') path = path.replace('{' + name + '}', encodeURIComponent(value));
    else if (value && dataset.in === 'query') query.set(name, value);
    else if (value) headers[name] = value;
  }
  const token = byId('token').value.trim();
  if (token) headers.authorization = 'Bearer ' + token;
  if (text) headers['content-type'] = 'application/json';
  const response = await fetch(path + (query.size ? '?' + query : ''), { method, headers, body: text && text.value });
  let answer = await response.text();
  try { answer = JSON.stringify(JSON.parse(answer), null, 2); } catch { /* not JSON: as it is */ }
  if (answer.length > MAX_SHOWN) answer = answer.slice(0, MAX_SHOWN) + '\n… of ' + answer.length + ' characters';
  const shown = ['x-request-id', 'etag'].filter((name) => response.headers.has(name)).map((name) => name + ': ' + response.headers.get(name));
  return [response.status, ...shown, '', answer].join('\n');
}

function detailsOf(method, path, operation) {
  const { parameters = [], requestBody, responses, description } = operation;
  return make('div', {}, prose('p', description), prose('p', 'Roles: ' + operation['x-roles'].join(', ')),
    ...(parameters.length ? [make('h3', {}, 'Parameters'), make('ul', {}, ...parameters.map(parameterOf))] : []),
    requestBody && bodyOf('Request', requestBody),
    ...Object.entries(responses).map(([status, response]) => bodyOf('Answer ' + status, response)),
    tryOf(method, path, operation));
}

function operationOf(method, path, operation) {
  const { operationId, summary, tags } = operation;
  const node = make('details', { id: operationId }, make('summary', {}, make('b', {}, method), ' ', make('code', {}, path), dim(summary)));
  node.dataset.text = [method, path, summary, operationId, ...tags].join(' ').toLowerCase();
  node.addEventListener('toggle', () => { if (node.childElementCount === 1) node.append(detailsOf(method, path, operation)); });
  return node;
}

function filter() {
  const words = byId('search').value.toLowerCase().split(/\s+/);
  for (const node of document.querySelectorAll('details')) node.hidden = !words.every((word) => node.dataset.text.includes(word));
  for (const section of document.querySelectorAll('section')) section.hidden = !section.querySelector('details:not([hidden])');
  byId('count').textContent = document.querySelectorAll('details:not([hidden])').length + ' operations';
}

async function start() {
  const response = await fetch('openapi.json');
  if (!response.ok) throw new Error('status ' + response.status);
  root = await response.json();
  const { info, tags, paths } = root;
  byId('title').append(info.title, ' ', make('small', {}, info.version));
  byId('about').append(prose('p', info.description));
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [method.toUpperCase(), path, operation]));
  for (const { name, description } of tags) {
    const own = all.filter(([, , operation]) => operation.tags[0] === name).map((one) => operationOf(...one));
    byId('operations').append(make('section', {}, make('h2', {}, name), prose('p', description), ...own));
  }
  byId('search').addEventListener('input', filter);
  filter();
  const linked = byId(location.hash.slice(1));
  if (linked && linked.matches('details')) { linked.open = true; linked.scrollIntoView(); }
}

start().catch((error) => { byId('count').textContent = 'openapi.json cannot be read: ' + error.message; });
`;
