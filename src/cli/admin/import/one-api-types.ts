/**
 * Channel types of one-api (relay/channeltype/define.go) and of new-api (constant/channel.go), by number. Up to 25 they
 * mostly agree; behind that the same number is another vendor.
 */

export interface ChannelKind {
  /** Catalogue row; `null` for a provider of its own kind. */
  readonly vendor: string | null;
  /** Where it is if the channel does not say, and where the catalogue does not say the same. */
  readonly baseUrl?: string;
  /** What they put behind the channel's `base_url`; default `/v1`. */
  readonly suffix?: string;
}

export type Flavour = 'one-api' | 'new-api';

const OPENAI: ChannelKind = { vendor: 'openai' };
const AZURE: ChannelKind = { vendor: 'azure-openai', suffix: '/openai/v1' };
const COMPATIBLE: ChannelKind = { vendor: null };
const ANTHROPIC: ChannelKind = { vendor: 'anthropic' };
const GEMINI: ChannelKind = { vendor: 'gemini', suffix: '/v1beta' };
const COHERE: ChannelKind = { vendor: 'cohere', suffix: '/v2' };
const DEEPSEEK: ChannelKind = { vendor: 'deepseek', suffix: '' };
const OLLAMA: ChannelKind = { vendor: 'ollama-native', suffix: '' };
const PERPLEXITY: ChannelKind = { vendor: 'perplexity', suffix: '' };
const OPENROUTER: ChannelKind = { vendor: 'openrouter' };
const MISTRAL: ChannelKind = { vendor: 'mistral' };
const XAI: ChannelKind = { vendor: 'xai' };
const BEDROCK: ChannelKind = { vendor: 'bedrock', suffix: '' };
const VERTEX: ChannelKind = { vendor: 'vertex', suffix: '' };
const CLOUDFLARE: ChannelKind = { vendor: 'cloudflare-workers-ai', suffix: '' };
/** Their platforms in mainland China have accounts of their own. */
const ZHIPU: ChannelKind = {
  vendor: 'zai',
  baseUrl: 'https://open.bigmodel.cn/api/paas/v4',
  suffix: '/api/paas/v4',
};
const ALI: ChannelKind = {
  vendor: 'dashscope',
  baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
  suffix: '/compatible-mode/v1',
};
const MOONSHOT: ChannelKind = { vendor: 'moonshot', baseUrl: 'https://api.moonshot.cn/v1' };
const MINIMAX: ChannelKind = { vendor: 'minimax', baseUrl: 'https://api.minimax.chat/v1' };
const SILICONFLOW: ChannelKind = { vendor: 'siliconflow', baseUrl: 'https://api.siliconflow.cn/v1' };
const DOUBAO: ChannelKind = { vendor: 'volcengine-ark', suffix: '/api/v3' };
const at = (baseUrl: string, suffix = '/v1'): ChannelKind => ({ vendor: null, baseUrl, suffix });
const LINGYIWANWU = at('https://api.lingyiwanwu.com/v1');
const QIANFAN = at('https://qianfan.baidubce.com/v2', '/v2');

const SHARED: Readonly<Record<number, ChannelKind>> = {
  1: OPENAI,
  3: AZURE,
  6: at('https://api.openaimax.com/v1'),
  7: at('https://api.ohmygpt.com/v1'),
  9: at('https://api.caipacity.com/v1'),
  10: at('https://api.aiproxy.io/v1'),
  12: at('https://api.api2gpt.com/v1'),
  13: at('https://api.aigc2d.com/v1'),
  14: ANTHROPIC,
  16: ZHIPU,
  17: ALI,
  20: OPENROUTER,
  24: GEMINI,
  25: MOONSHOT,
  31: LINGYIWANWU,
  33: BEDROCK,
};

const BY_FLAVOUR: Readonly<Record<Flavour, Readonly<Record<number, ChannelKind>>>> = {
  'one-api': {
    2: at('https://oa.api2d.net/v1'),
    4: at('https://api.closeai-proxy.xyz/v1'),
    5: at('https://api.openai-sb.com/v1'),
    8: COMPATIBLE,
    19: at('https://ai.360.cn/v1'),
    26: { vendor: 'baichuan' },
    27: MINIMAX,
    28: MISTRAL,
    29: { vendor: 'groq' },
    30: OLLAMA,
    32: { vendor: 'stepfun', baseUrl: 'https://api.stepfun.com/v1' },
    35: COHERE,
    36: DEEPSEEK,
    37: CLOUDFLARE,
    39: { vendor: 'together' },
    40: DOUBAO,
    41: { vendor: 'novita', suffix: '' },
    42: VERTEX,
    44: SILICONFLOW,
    45: XAI,
    47: QIANFAN,
    48: at('https://spark-api-open.xf-yun.com/v1'),
    49: ALI,
    50: { vendor: null, suffix: '' },
    51: { vendor: 'gemini-openai', suffix: '' },
  },
  'new-api': {
    4: OLLAMA,
    19: at('https://api.360.cn/v1'),
    26: ZHIPU,
    27: PERPLEXITY,
    34: COHERE,
    35: MINIMAX,
    38: { vendor: 'jina' },
    39: CLOUDFLARE,
    40: SILICONFLOW,
    41: VERTEX,
    42: MISTRAL,
    43: DEEPSEEK,
    44: at('https://api.moka.ai/v1'),
    45: DOUBAO,
    46: QIANFAN,
    47: COMPATIBLE,
    48: XAI,
    53: at('https://llm.submodel.ai/v1'),
  },
};

/** `undefined` for a type that is not known, or that no wire form of ours reaches. */
export function channelKindOf(type: number, flavour: Flavour): ChannelKind | undefined {
  return BY_FLAVOUR[flavour][type] ?? SHARED[type];
}

/** Whether the number means the same in both. */
export const isShared = (type: number): boolean => SHARED[type] !== undefined;

/** Members that only new-api writes. */
const NEW_API_MEMBERS = [
  'channel_info',
  'auto_ban',
  'status_code_mapping',
  'other_info',
  'setting',
  'param_override',
  'model_limits',
  'allow_ips',
];

/** Who wrote these channels and tokens: told by their members. */
export const flavourOf = (records: readonly Readonly<Record<string, unknown>>[]): Flavour =>
  records.some((record) => NEW_API_MEMBERS.some((member) => Object.hasOwn(record, member)))
    ? 'new-api'
    : 'one-api';
