/**
 * Requests as Claude Code sends them: its headers, cached system blocks, many tools written by MCP servers, and fields
 * that are newer than any gateway.
 */

export const CLAUDE_CODE_BETAS =
  'claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27,prompt-caching-scope-2026-01-05';

export const claudeCodeHeaders = (credential: Record<string, string>): Record<string, string> => ({
  accept: 'application/json',
  'content-type': 'application/json',
  'anthropic-version': '2023-06-01',
  'anthropic-beta': CLAUDE_CODE_BETAS,
  'anthropic-dangerous-direct-browser-access': 'true',
  'user-agent': 'claude-cli/2.4.1 (external, cli)',
  'x-app': 'cli',
  'x-stainless-lang': 'js',
  'x-stainless-helper-method': 'stream',
  'x-stainless-retry-count': '0',
  'x-stainless-timeout': '600',
  ...credential,
});

const schema = (properties: object, required: readonly string[]): object => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const tool = (name: string, description: string, inputSchema: object, more: object = {}): object => ({
  name,
  description,
  input_schema: inputSchema,
  ...more,
});

/** The first fits what the stand-ins call. */
export const CLAUDE_CODE_TOOLS: readonly object[] = [
  tool(
    'get_weather',
    'The weather of a city.',
    schema({ city: { type: 'string', minLength: 1 }, days: { type: 'integer' }, note: { type: 'string' } }, [
      'city',
      'days',
      'note',
    ]),
    { eager_input_streaming: true },
  ),
  tool('get_time', 'The time of day.', schema({}, [])),
  tool('Bash', 'Executes a bash command.\n\n- Quote paths.', {
    ...schema(
      {
        command: { type: 'string', description: 'The command' },
        timeout: { type: 'number', maximum: 600_000 },
        run_in_background: { type: 'boolean' },
      },
      ['command'],
    ),
  }),
  tool(
    'TodoWrite',
    'Keeps a list of what is to be done.',
    schema(
      {
        todos: {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            properties: {
              content: { type: 'string', minLength: 1 },
              status: { type: 'string', enum: ['pending', 'in_progress', 'completed'] },
            },
            required: ['content', 'status'],
            additionalProperties: false,
          },
        },
      },
      ['todos'],
    ),
  ),
  ...Array.from({ length: 24 }, (_, index) =>
    tool(`mcp__server_${index}__lookup`, `Looks up things, number ${index}.`, {
      type: 'object',
      properties: {
        query: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
        options: {
          type: 'object',
          additionalProperties: { type: 'string' },
          propertyNames: { pattern: '^[a-z]+$' },
        },
        limit: { type: ['integer', 'null'], exclusiveMinimum: 0, default: 10 },
      },
    }),
  ),
];

export interface ClaudeCodeTurn {
  readonly role: 'user' | 'assistant';
  readonly content: unknown;
}

const EPHEMERAL = { cache_control: { type: 'ephemeral' } };

/** A turn of the main loop. */
export const mainRequest = (model: string, messages: readonly ClaudeCodeTurn[]): Record<string, unknown> => ({
  model,
  messages,
  system: [
    { type: 'text', text: "You are Claude Code, Anthropic's official CLI for Claude.", ...EPHEMERAL },
    { type: 'text', text: 'You help users with software engineering.\n\n# Environment\nLinux', ...EPHEMERAL },
  ],
  tools: CLAUDE_CODE_TOOLS,
  metadata: { user_id: 'user_0123456789abcdef_account__session_8f14e45f-ceea-467f-a9c1-1e8a2b3c4d5e' },
  max_tokens: 32_000,
  thinking: { type: 'adaptive' },
  context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
  output_config: { effort: 'medium' },
  stream: true,
});

/** What the user typed, behind what the client reminds the model of. */
export const userTurn = (text: string): ClaudeCodeTurn => ({
  role: 'user',
  content: [
    { type: 'text', text: '<system-reminder>\nThe list is empty.\n</system-reminder>' },
    { type: 'text', text, ...EPHEMERAL },
  ],
});

/** The small request that names a session. */
export const titleRequest = (model: string, text: string): Record<string, unknown> => ({
  model,
  messages: [{ role: 'user', content: [{ type: 'text', text }] }],
  system: [{ type: 'text', text: 'Generate a concise title.' }],
  tools: [],
  metadata: { user_id: 'user_0123456789abcdef' },
  max_tokens: 512,
  temperature: 1,
  output_config: {
    format: {
      type: 'json_schema',
      schema: {
        type: 'object',
        properties: { title: { type: 'string' } },
        required: ['title'],
        additionalProperties: false,
      },
    },
  },
  stream: true,
});
