import { describe, expect, it } from 'vitest';
import { openaiTraitsOf } from '../../../../src/dialects/openai/model-traits.ts';

describe('traits of models', () => {
  it.each([
    'gpt-3.5-turbo',
    'gpt-35-turbo',
    'gpt-4-turbo',
    'gpt-4o-mini',
    'openai/gpt-4.1',
    'ft:gpt-4o-2024-08-06:acme::abc',
    'chatgpt-4o-latest',
    'gpt-audio-mini',
  ])('%s does not think', (model) => {
    expect(openaiTraitsOf(model)).toMatchObject({
      needsNewLimit: false,
      efforts: [],
      toolsNeedResponses: false,
    });
  });

  it.each([
    ['o1', 'low medium high'],
    ['o1-preview', ''],
    ['o3-pro-2025-06-10', 'low medium high'],
    ['ft:o4-mini-2025-04-16:acme::abc', 'low medium high'],
    ['codex-mini-latest', 'low medium high'],
    ['gpt-5', 'minimal low medium high'],
    ['gpt-5-mini-2025-08-07', 'minimal low medium high'],
    ['gpt-5-codex', 'low medium high'],
    ['gpt-5-pro-2025-10-06', 'high'],
    ['gpt-5-chat-latest', ''],
    ['gpt-5-search-api', ''],
    ['gpt-5.1', 'none low medium high'],
    ['gpt-5.1-chat-latest', 'medium'],
    ['gpt-5.1-codex-mini', 'low medium high'],
    ['gpt-5.1-codex-max', 'low medium high xhigh'],
    ['openai/gpt-5.2', 'none low medium high xhigh'],
    ['gpt-5.2-pro', 'medium high xhigh'],
    ['gpt-5.3-codex', 'low medium high xhigh'],
    ['openai-gpt-5.5', 'none low medium high xhigh'],
    ['us.openai.gpt-5.6-sol', 'none low medium high xhigh max'],
    ['gpt-6-luna', 'none low medium high xhigh max'],
    ['gpt-6.1-terra', 'none low medium high xhigh max'],
    ['gpt-6-astra', 'low medium high xhigh max'],
    ['gpt-6.1-sol', 'low medium high xhigh max'],
    ['gpt-7', 'none low medium high xhigh max'],
  ])('%s takes the efforts "%s"', (model, efforts) => {
    const known = efforts === '' ? [] : efforts.split(' ');
    expect(openaiTraitsOf(model)).toMatchObject({ needsNewLimit: true, efforts: known });
  });

  it.each([
    'openai/gpt-oss-120b',
    '@cf/openai/gpt-oss-20b',
    'gpt-neox-20b',
    'mistral-large-latest',
    'o1x',
    'olmo-3',
    'deepseek-chat',
    'gpt-5/llama-4',
    'codexplorer',
    '',
  ])('%s is nobody that OpenAI tells of', (model) => {
    expect(openaiTraitsOf(model)).toBeNull();
  });
});

it.each([
  ['gpt-5.2', false],
  ['gpt-5.6-sol', true],
  ['gpt-6-astra', true],
  ['openai/gpt-6.1-terra', true],
  ['o3', false],
  ['gpt-4o', false],
])('%s takes tools in the Responses form only: %s', (model, toolsNeedResponses) => {
  expect(openaiTraitsOf(model)).toMatchObject({ toolsNeedResponses });
});
