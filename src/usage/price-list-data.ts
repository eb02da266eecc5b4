/**
 * Written by `npm run prices` from the data of genai-prices 0.1.8
 * (https://github.com/pydantic/genai-prices), whose licence is this:
 *
 * The MIT License (MIT)
 *
 * Copyright (c) Pydantic Services Inc. 2025 to present
 *
 * Permission is hereby granted, free of charge, to any person obtaining a copy
 * of this software and associated documentation files (the "Software"), to deal
 * in the Software without restriction, including without limitation the rights
 * to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
 * copies of the Software, and to permit persons to whom the Software is
 * furnished to do so, subject to the following conditions:
 *
 * The above copyright notice and this permission notice shall be included in all
 * copies or substantial portions of the Software.
 *
 * THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
 * IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
 * FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
 * AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
 * LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
 * OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
 * SOFTWARE.
 */

/** By vendor; `price-list-lines.ts` reads the lines. */
export const PRICE_LIST: Readonly<Record<string, string>> = {
  anthropic: `claude-2*|*claude-v2*	8,24	200000
claude-3-5-haiku*|claude-3.5-haiku*	.8,4,.08,1 h1.6 t10	200000
claude-3-5-sonnet*|claude-3.5-sonnet*	3,15,.3,3.75 h6 t10	200000
claude-3-7-sonnet*|claude-3.7-sonnet*|claude-sonnet-3.7*|claude-sonnet-3-7*	3,15,.3,3.75 h6 t10	200000
claude-3-haiku*	.25,1.25,.03,.3 h.5	200000
claude-3-opus*	15,75,1.5,18.75 h30	200000
claude-3-sonnet*	3,15,.3,3.75 h6	200000
claude-fable-5|claude-fable-5-########	10,50,1,12.5 h20 t10	1000000
claude-fable-5-1|claude-fable-5-1-########	10,50,.25,12.5 h20 t10	1000000
claude-haiku-4-5*|claude-haiku-4.5*|claude-4-5-haiku*|claude-4.5-haiku*	1,5,.1,1.25 h2 t10	200000
claude-opus-4-0*|claude-4-opus*|claude-opus-4|claude-opus-4-20250514	15,75,1.5,18.75 h30 t10	200000
claude-opus-4-1*|claude-opus-4.1*	15,75,1.5,18.75 h30 t10	200000
claude-opus-4-5*|claude-opus-4.5*|claude-4-5-opus*|claude-4.5-opus*	5,25,.5,6.25 h10 t10	200000
claude-opus-4-6*|claude-opus-4.6*|claude-4-6-opus*|claude-4.6-opus*	5>200000:10,25>200000:37.5,.5>200000:1,6.25>200000:12.5 h10>200000:20 t10;@2026-03-13 5,25,.5,6.25 h10 t10	1000000
claude-opus-4-7*|claude-opus-4.7*|claude-4-7-opus*|claude-4.7-opus*	5,25,.5,6.25 h10 t10	1000000
claude-opus-4-8*|claude-opus-4.8*|claude-4-8-opus*|claude-4.8-opus*	5,25,.5,6.25 h10 t10	1000000
claude-opus-5|claude-opus-5-########|claude-opus-5.0*|claude-5-opus*|claude-5.0-opus*	5,25,.5,6.25 h10 t10	1000000
claude-opus-5-5|claude-opus-5-5-########|claude-opus-5.5*|claude-5-5-opus*|claude-5.5-opus*	4,20,.2,5 h8 t10	1000000
claude-sonnet-4-2025*|claude-sonnet-4-0*|claude-sonnet-4@*|claude-sonnet-4|claude-4-sonnet*	3,15,.3,3.75 h6 t10	200000
claude-sonnet-4-5*|claude-sonnet-4.5*	3>200000:6,15>200000:22.5,.3>200000:.6,3.75>200000:7.5 h6>200000:12 t10	200000
claude-sonnet-4-6*|claude-sonnet-4.6*	3>200000:6,15>200000:22.5,.3>200000:.6,3.75>200000:7.5 h6>200000:12 t10;@2026-03-13 3,15,.3,3.75 h6 t10	1000000
claude-sonnet-5*|claude-sonnet-5.0*|claude-5-sonnet*|claude-5.0-sonnet*	2,10,.2,2.5 h4 t10	1000000
claude-v1	8,24`,
  aws: `*amazon.nova-2-sonic*	.33,2.75 a3 b12	1000000
*amazon.nova-lite*	.06,.24,.015	300000
*amazon.nova-micro*	.035,.14,.00875	128000
*amazon.nova-premier*	2.5,12.5,.625	1000000
*amazon.nova-pro*	.8,3.2,.2	300000
*amazon.nova-sonic*	.06,.24 a3.4 b13.6
*amazon.titan-embed-text*	.1	8192
*titan-text-express*	.2,.6
*titan-text-lite*	.15,.2
*deepseek.r1*	1.35,5.4	128000
*global.amazon.nova-2-lite*	.3,2.5,.075	1000000
*global.anthropic.claude-fable-5-1|*global.anthropic.claude-fable-5-1-v1*	10,50,.25,12.5	1000000
*global.anthropic.claude-fable-5|*global.anthropic.claude-fable-5-v1*	10,50,1,12.5	1000000
*global.anthropic.claude-haiku-4-5-20251001*	1,5,.1,1.25	200000
*global.anthropic.claude-opus-4-5*	5,25,.5,6.25	200000
*global.anthropic.claude-opus-4-6*	5,25,.5,6.25	1000000
*global.anthropic.claude-opus-4-7*	5,25,.5,6.25	1000000
*global.anthropic.claude-opus-4-8*	5,25,.5,6.25	1000000
*global.anthropic.claude-opus-5|*global.anthropic.claude-opus-5-v1*	5,25,.5,6.25	1000000
*global.anthropic.claude-opus-5-5|*global.anthropic.claude-opus-5-5-v1*	4,20,.2,5 h8	1000000
*global.anthropic.claude-sonnet-4-20250514*	3,15,.3,3.75	200000
*global.anthropic.claude-sonnet-4-5-20250929*	3,15,.3,3.75	200000
*global.anthropic.claude-sonnet-4-6*	3,15,.3,3.75	1000000
*global.anthropic.claude-sonnet-5*	2,10,.2,2.5	1000000
*global.openai.gpt-5.6-luna*	.2>271999:.4,1.2>271999:1.8,.02>271999:.04,.25>271999:.5	1000000
*global.openai.gpt-5.6-sol*	5>271999:10,30>271999:45,.5>271999:1,6.25>271999:12.5;@2026-08-21 4>271999:8,20>271999:30,.4>271999:.8,5>271999:10	1000000
*global.openai.gpt-5.6-terra*	2>271999:4,12>271999:18,.2>271999:.4,2.5>271999:5	1000000
*google.gemma-3-12b-it*	.09,.29	128000
*google.gemma-3-27b-it*	.23,.38	128000
*google.gemma-3-4b-it*	.04,.08	128000
*meta.llama3-1-70b-instruct*	.72,.72	128000
*meta.llama3-1-8b-instruct*	.22,.22	128000
*meta.llama3-2-11b-instruct*	.16,.16	128000
*meta.llama3-2-1b-instruct*	.1,.1	128000
*meta.llama3-2-3b-instruct*	.15,.15	128000
*meta.llama3-2-90b-instruct*	.72,.72	128000
*meta.llama3-3-70b-instruct*	.72,.72	128000
*meta.llama3-70b-instruct*	2.65,3.5	8192
*meta.llama3-8b-instruct*	.3,.6	8192
*meta.llama4-maverick-17b-instruct*	.24,.97	1000000
*meta.llama4-scout-17b-instruct*	.17,.66	10000000
*mistral.devstral-2-123b*	.4,2	256000
*mistral.magistral-small-2509*	.5,1.5	128000
*mistral.ministral-3-14b-instruct*	.2,.2	128000
*mistral.ministral-3-3b-instruct*	.1,.1	128000
*mistral.ministral-3-8b-instruct*	.15,.15	128000
*mistral.mistral-7b-instruct-v0*	.15,.2	32000
*mistral.mistral-large-2402*	4,12	32000
*mistral.mistral-large-3-675b-instruct*	.5,1.5	256000
*mistral.mistral-small-2402*	1,3	32000
*mistral.mixtral-8x7b-instruct-v0*	.45,.7	32000
*mistral.pixtral-large-2502*	2,6	128000
*mistral.voxtral-mini-3b-2507*	.04,.04	32000
*mistral.voxtral-small-24b-2507*	.1,.3	32000
*nvidia.nemotron-nano-3-30b*	.06,.24	256000
*nvidia.nemotron-nano-9b-v2*	.06,.23	128000
*nvidia.nemotron-super-3-120b*	.15,.65	256000
openai.gpt-5.4	2.75,16.5,.275
openai.gpt-5.5	5.5,33,.55
*openai.gpt-oss-120b-1*	.15,.6	128000
*openai.gpt-oss-20b-1*	.07,.3	128000
*qwen.qwen3-32b*	.15,.6	32000
*qwen.qwen3-coder-30b-a3b*	.15,.6	256000
*qwen.qwen3-coder-480b-a35b*	.45,1.8	128000
*qwen.qwen3-vl-235b-a22b*	.53,2.66	256000
*us.amazon.nova-2-lite*|*eu.amazon.nova-2-lite*|*jp.amazon.nova-2-lite*	.33,2.75,.0825	1000000
*claude-3-5-haiku-20241022*	.8,4,.08,1	200000
*claude-3-5-sonnet-20240620*	3,15,.3,3.75	200000
*claude-3-5-sonnet-20241022*	3,15,.3,3.75	200000
*claude-3-7-sonnet-20250219*	3,15,.3,3.75	200000
*claude-3-haiku-20240307*	.25,1.25	200000
*claude-3-opus-20240229*	15,75	200000
*claude-3-sonnet-20240229*	3,15,.3,3.75	200000
anthropic.claude-fable-5-1|claude-fable-5-1|anthropic.claude-fable-5-1-v1*|claude-fable-5-1-v1*|*us.anthropic.claude-fable-5-1-v1*	11,55,.275,13.75	1000000
anthropic.claude-fable-5|claude-fable-5|anthropic.claude-fable-5-v1*|claude-fable-5-v1*|*us.anthropic.claude-fable-5-v1*|*au.anthropic.claude-fable-5-v1*|*eu.anthropic.claude-fable-5-v1*|*jp.anthropic.claude-fable-5-v1*	11,55,1.1,13.75	1000000
anthropic.claude-haiku-4-5-20251001*|claude-haiku-4-5-20251001*|*us.anthropic.claude-haiku-4-5-20251001*|*au.anthropic.claude-haiku-4-5-20251001*|*apac.anthropic.claude-haiku-4-5-20251001*|*eu.anthropic.claude-haiku-4-5-20251001*|*us-gov.anthropic.claude-haiku-4-5-20251001*|*jp.anthropic.claude-haiku-4-5-20251001*	1.1,5.5,.11,1.375	200000
anthropic.claude-opus-4-1-20250805*|claude-opus-4-1-20250805*|*us.anthropic.claude-opus-4-1-20250805*|*au.anthropic.claude-opus-4-1-20250805*|*apac.anthropic.claude-opus-4-1-20250805*|*eu.anthropic.claude-opus-4-1-20250805*|*us-gov.anthropic.claude-opus-4-1-20250805*|*jp.anthropic.claude-opus-4-1-20250805*	15,75,1.5,18.75	200000
anthropic.claude-opus-4-20250514*|claude-opus-4-20250514*|*us.anthropic.claude-opus-4-20250514*|*au.anthropic.claude-opus-4-20250514*|*apac.anthropic.claude-opus-4-20250514*|*eu.anthropic.claude-opus-4-20250514*|*us-gov.anthropic.claude-opus-4-20250514*|*jp.anthropic.claude-opus-4-20250514*	15,75,1.5,18.75	200000
anthropic.claude-opus-4-5*|claude-opus-4-5*|*us.anthropic.claude-opus-4-5*|*au.anthropic.claude-opus-4-5*|*apac.anthropic.claude-opus-4-5*|*eu.anthropic.claude-opus-4-5*|*us-gov.anthropic.claude-opus-4-5*|*jp.anthropic.claude-opus-4-5*	5.5,27.5,.55,6.875	200000
anthropic.claude-opus-4-6*|claude-opus-4-6*|*us.anthropic.claude-opus-4-6*|*au.anthropic.claude-opus-4-6*|*apac.anthropic.claude-opus-4-6*|*eu.anthropic.claude-opus-4-6*|*us-gov.anthropic.claude-opus-4-6*|*jp.anthropic.claude-opus-4-6*	5.5,27.5,.55,6.875	1000000
anthropic.claude-opus-4-7*|claude-opus-4-7*|*us.anthropic.claude-opus-4-7*|*au.anthropic.claude-opus-4-7*|*apac.anthropic.claude-opus-4-7*|*eu.anthropic.claude-opus-4-7*|*us-gov.anthropic.claude-opus-4-7*|*jp.anthropic.claude-opus-4-7*	5.5,27.5,.55,6.875	1000000
anthropic.claude-opus-4-8*|claude-opus-4-8*|*us.anthropic.claude-opus-4-8*|*au.anthropic.claude-opus-4-8*|*eu.anthropic.claude-opus-4-8*|*jp.anthropic.claude-opus-4-8*	5.5,27.5,.55,6.875	1000000
anthropic.claude-opus-5|claude-opus-5|anthropic.claude-opus-5-v1*|claude-opus-5-v1*|us.anthropic.claude-opus-5|au.anthropic.claude-opus-5|eu.anthropic.claude-opus-5|jp.anthropic.claude-opus-5|*us.anthropic.claude-opus-5-v1*|*au.anthropic.claude-opus-5-v1*|*eu.anthropic.claude-opus-5-v1*|*jp.anthropic.claude-opus-5-v1*	5.5,27.5,.55,6.875	1000000
anthropic.claude-opus-5-5|claude-opus-5-5|anthropic.claude-opus-5-5-v1*|claude-opus-5-5-v1*|us.anthropic.claude-opus-5-5|au.anthropic.claude-opus-5-5|eu.anthropic.claude-opus-5-5|jp.anthropic.claude-opus-5-5|*us.anthropic.claude-opus-5-5-v1*|*au.anthropic.claude-opus-5-5-v1*|*eu.anthropic.claude-opus-5-5-v1*|*jp.anthropic.claude-opus-5-5-v1*	4.4,22,.22,5.5 h8.8	1000000
anthropic.claude-sonnet-4-20250514*|claude-sonnet-4-20250514*|*us.anthropic.claude-sonnet-4-20250514*|*au.anthropic.claude-sonnet-4-20250514*|*apac.anthropic.claude-sonnet-4-20250514*|*eu.anthropic.claude-sonnet-4-20250514*|*us-gov.anthropic.claude-sonnet-4-20250514*|*jp.anthropic.claude-sonnet-4-20250514*	3,15,.3,3.75	200000
anthropic.claude-sonnet-4-5-20250929*|claude-sonnet-4-5-20250929*|*us.anthropic.claude-sonnet-4-5-20250929*|*au.anthropic.claude-sonnet-4-5-20250929*|*apac.anthropic.claude-sonnet-4-5-20250929*|*eu.anthropic.claude-sonnet-4-5-20250929*|*us-gov.anthropic.claude-sonnet-4-5-20250929*|*jp.anthropic.claude-sonnet-4-5-20250929*	3.3,16.5,.33,4.125	200000
anthropic.claude-sonnet-4-6*|claude-sonnet-4-6*|*us.anthropic.claude-sonnet-4-6*|*au.anthropic.claude-sonnet-4-6*|*apac.anthropic.claude-sonnet-4-6*|*eu.anthropic.claude-sonnet-4-6*|*us-gov.anthropic.claude-sonnet-4-6*|*jp.anthropic.claude-sonnet-4-6*	3.3,16.5,.33,4.125	1000000
anthropic.claude-sonnet-5*|claude-sonnet-5*|*us.anthropic.claude-sonnet-5*|*au.anthropic.claude-sonnet-5*|*apac.anthropic.claude-sonnet-5*|*eu.anthropic.claude-sonnet-5*|*us-gov.anthropic.claude-sonnet-5*|*jp.anthropic.claude-sonnet-5*	2.2,11,.22,2.75	1000000
openai.gpt-5.6-luna*|gpt-5.6-luna*|*us.openai.gpt-5.6-luna*|*in.openai.gpt-5.6-luna*	1.1,6.6,.11,1.375;@2026-07-30 .22>271999:.44,1.32>271999:1.98,.022>271999:.044,.275>271999:.55	1000000
openai.gpt-5.6-sol*|gpt-5.6-sol*|*us.openai.gpt-5.6-sol*	5.5>271999:11,33>271999:49.5,.55>271999:1.1,6.875>271999:13.75;@2026-08-21 4.4>271999:8.8,22>271999:33,.44>271999:.88,5.5>271999:11	1000000
openai.gpt-5.6-terra*|gpt-5.6-terra*|*us.openai.gpt-5.6-terra*|*in.openai.gpt-5.6-terra*	2.75,16.5,.275,3.4375;@2026-07-30 2.2>271999:4.4,13.2>271999:19.8,.22>271999:.44,2.75>271999:5.5	1000000
*writer.palmyra-x4*	2.5,10	128000
*writer.palmyra-x5*	.6,6	128000`,
  azure: `ada|text-embedding-ada|text-embedding-ada-002|text-embedding-ada-002-v2	.1
babbage|babbage-002	.4
curie|text-curie|text-curie-001	2
davinci|davinci-002|text-davinci|text-davinci-002	2
mai-ds-r1:free		163840
o1|o1-2024-12-17	15,60,7.5	200000
o1-mini|o1-mini-2024-09-12	1.1,4.4,.55	128000
o1-preview|o1-preview-2024-09-12	15,60,7.5	128000
o3|o3-2025-04-16	2,8,.5	200000
o3-mini|o3-mini-2025-01-31	1.1,4.4,.55	200000
*o4-mini*|*o4-mini-2025-04-16*	1.1,4.4,.28	200000
phi-3-medium-128k-instruct	1,1	131072
phi-3-mini-128k-instruct	.1,.1	131072
phi-3.5-mini-128k-instruct	.1,.1	131072
phi-4	.07,.14	16384
phi-4-mini-instruct	.08,.35	131072
phi-4-multimodal-instruct	.05,.1	131072
phi-4-reasoning-plus	.07,.35	32768
phi-4-reasoning-plus:free		32768
phi-4-reasoning:free		32768
text-embedding-3-large	.13	8192
text-embedding-3-small	.02	8192
wizardlm-2-8x22b	.48,.48`,
  cerebras: `gemma-4-31b|cerebras/gemma-4-31b*|cerebras:gemma-4-31b*	.99,1.49	131072
gpt-oss-120b|cerebras/gpt-oss-120b*|cerebras:gpt-oss-120b*	.35,.75	131072
llama-3.3-70b|cerebras/llama-3.3-70b*|cerebras:llama-3.3-70b*	.85,1.2	128000
llama3.1-8b|cerebras/llama3.1-8b*|cerebras:llama3.1-8b*	.1,.1	32768
qwen-3-32b|cerebras/qwen-3-32b*|cerebras:qwen-3-32b*	.4,.8	131072
qwen-3-coder-480b	?
zai-glm-4.7|cerebras/zai-glm-4.7*|cerebras:zai-glm-4.7*	2.25,2.75	131072`,
  cloudflare: `@cf/ai4bharat/indictrans2-en-indic-1b	.342,.342
@cf/aisingapore/gemma-sea-lion-v4-27b-it	.351,.555
@cf/baai/bge-base-en-v1.5	.067
@cf/baai/bge-large-en-v1.5	.204
@cf/baai/bge-m3	.012
@cf/baai/bge-reranker-base	.003
@cf/baai/bge-small-en-v1.5	.02
@cf/deepseek-ai/deepseek-r1-distill-qwen-32b	.497,4.881
@cf/deepseek-ai/deepseek-v4-flash-0731	.44,1.32,.014
@cf/deepseek-ai/deepseek-v4-pro-0813	1.32,3.96,.044
@cf/google/gemma-3-12b-it	.345,.556
@cf/google/gemma-4-26b-a4b-it	.1,.3	256000
@cf/huggingface/distilbert-sst-2-int8	.026
@cf/ibm-granite/granite-4.0-h-micro	.017,.112
@cf/meta/llama-2-7b-chat-fp16	.556,6.667
@cf/meta/llama-3-8b-instruct	.282,.827
@cf/meta/llama-3-8b-instruct-awq	.123,.266
@cf/meta/llama-3.1-70b-instruct-fp8-fast	.293,2.253
@cf/meta/llama-3.1-8b-instruct	.282,.827
@cf/meta/llama-3.1-8b-instruct-awq	.123,.266
@cf/meta/llama-3.1-8b-instruct-fp8	.152,.287
@cf/meta/llama-3.1-8b-instruct-fp8-fast|@cf/meta/llama-3.1-8b-instruct-fast	.045,.384
@cf/meta/llama-3.2-11b-vision-instruct	.049,.676
@cf/meta/llama-3.2-1b-instruct	.027,.201
@cf/meta/llama-3.2-3b-instruct	.051,.335
@cf/meta/llama-3.3-70b-instruct-fp8-fast	.293,2.253	24000
@cf/meta/llama-4-scout-17b-16e-instruct	.27,.85
@cf/meta/llama-guard-3-8b	.484,.03
@cf/meta/m2m100-1.2b	.342,.342
@cf/mistral/mistral-7b-instruct-v0.1	.11,.19
@cf/mistralai/mistral-small-3.1-24b-instruct	.351,.555
@cf/moondream/moondream3.1-9b-a2b	.3,1
@cf/moonshotai/kimi-k2.5	.6,3,.1
@cf/moonshotai/kimi-k2.6	.95,4,.16
@cf/moonshotai/kimi-k2.7-code	.95,4,.19
@cf/nvidia/nemotron-3-120b-a12b	.5,1.5
@cf/openai/gpt-oss-120b	.35,.75	128000
@cf/openai/gpt-oss-20b	.2,.3	128000
@cf/pfnet/plamo-embedding-1b	.019
@cf/qwen/qwen2.5-coder-32b-instruct	.66,1
@cf/qwen/qwen3-30b-a3b-fp8	.051,.335
@cf/qwen/qwen3-embedding-0.6b	.012
@cf/qwen/qwen3.8-27b	.45,3.2	262144
@cf/qwen/qwq-32b	.66,1
@cf/zai-org/glm-4.7-flash	.06,.4	131072
@cf/zai-org/glm-5.2	1.4,4.4,.26
@cf/zai-org/glm-5.3-flash	.15,.5,.03`,
  cohere: `*aya-expanse-32b*	.5,1.5	128000
*aya-expanse-8b*	.5,1.5	8192
command	1,2
command-a|command-a-03-2025	2.5,10
command-light*	.3,.6	4096
command-r|command-r-08-2024	.15,.6
command-r-plus|command-r-plus-08-2024	2.5,10
command-r7b|command-r7b-12-2024	.0375,.15
embed-v4.0	.12	128000`,
  deepseek: `deepseek-chat*|deepseek-chat-v3-0324	.135,.55,.035;@30-990 .27,1.1,.07	64000
deepseek-reasoner|deepseek-r1*|deepseek-r1-0528	.135,.55,.035;@30-990 .55,2.19,.14	64000
deepseek-v3.1-terminus	.27,.95,.13	128000
deepseek-v3.2	.2288,.3432	128000
deepseek-v3.2-exp	.27,.41	128000
deepseek-v4-flash*	.14,.28,.0028;@2026-08-17 .22,.66,.007;@60-240 .44,1.32,.014;@360-600 .44,1.32,.014	1000000
deepseek-v4-pro*	.435,.87,.003625;@2026-08-17 .66,1.98,.022;@60-240 1.32,3.96,.044;@360-600 1.32,3.96,.044	1000000`,
  fireworks: `accounts/fireworks/models/deepseek-r1-0528	3,8	160000
accounts/fireworks/models/deepseek-v3-0324	.9,.9	160000
accounts/fireworks/models/deepseek-v3p2	.56,1.68,.28	163840
accounts/fireworks/models/deepseek-v4-flash|accounts/fireworks/models/deepseek-v4-flash-0731	.14,.28,.028	1040000
accounts/fireworks/models/deepseek-v4-pro	1.74,3.48,.145	1048576
accounts/fireworks/models/gemma-3-27b-it	.1,.1	131000
accounts/fireworks/models/glm-4p7	.6,2.2	202752
accounts/fireworks/models/glm-5p1	1.4,4.4,.26
accounts/fireworks/routers/glm-5p1-fast	2.8,8.8,.52
accounts/fireworks/models/glm-5p2	1.4,4.4,.14	1040000
accounts/fireworks/routers/glm-5p2-fast|accounts/fireworks/routers/glm-5p2-fast-us	2.1,6.6,.21	1040000
accounts/fireworks/models/gpt-oss-120b	.15,.6,.014	131072
accounts/fireworks/models/gpt-oss-20b	.07,.3,.035	131072
accounts/fireworks/models/inkling	1,4.05,.17	1040000
accounts/fireworks/models/kimi-k2p5	.6,3,.1	262144
accounts/fireworks/models/kimi-k2p6	.95,4,.16
accounts/fireworks/routers/kimi-k2p6-fast	2,8,.3	262144
accounts/fireworks/models/kimi-k2p7-code	.95,4,.19	262144
accounts/fireworks/routers/kimi-k2p7-code-fast	1.9,8,.38	262144
accounts/fireworks/models/kimi-k3	3,15,.3	1040000
accounts/fireworks/routers/kimi-k3-fast	4.5,22.5,.45	1040000
accounts/fireworks/routers/kimi-k3-us	3.3,16.5,.33	1040000
accounts/fireworks/models/llama-v3p1-8b-instruct	.2,.2	131000
accounts/fireworks/models/llama4-maverick-instruct-basic	.22,.88	1000000
accounts/fireworks/models/minimax-m2p1	.3,1.2	204800
accounts/fireworks/models/minimax-m2p7	.3,1.2,.06
accounts/fireworks/models/minimax-m3	.3,1.2,.06	524288
accounts/fireworks/models/nemotron-3-ultra-nvfp4	.6,2.4,.12	262000
accounts/fireworks/models/qwen2p5-vl-72b-instruct	.9,.9	128000
accounts/fireworks/models/qwen3-235b-a22b	.22,.88	128000
accounts/fireworks/models/qwen3p6-plus	.5,3,.1
accounts/fireworks/models/qwen3p7-plus	.4,1.6,.08	262144`,
  google: `*claude-3-5-haiku*	.8,4,.08,1	200000
*claude-3-5-sonnet*	3,15,.3,3.75	200000
*claude-3-7-sonnet*	3,15,.3,3.75	200000
*claude-3-haiku*	.25,1.25,.03,.3	200000
*claude-3-opus*	15,75,1.5,18.75	200000
*claude-4-opus*|*claude-opus-4@*|*claude-opus-4-0*|*claude-opus-4-1*|claude-opus-4	15,75,1.5,18.75	200000
*claude-4-sonnet*|*claude-sonnet-4-0*|*claude-sonnet-4@*|*claude-sonnet-4-2025*|claude-sonnet-4|anthropic/claude-sonnet-4	3,15,.3,3.75	200000
*claude-fable-5|*claude-fable-5@*	10,50,1,12.5	1000000
*claude-fable-5-1|*claude-fable-5-1@*	10,50,.25,12.5	1000000
*claude-4-6-opus*|*claude-opus-4-6*|*claude-4.6-opus*|*claude-opus-4.6*	5>200000:10,25>200000:37.5,.5>200000:1,6.25>200000:12.5	1000000
*claude-4-7-opus*|*claude-opus-4-7*|*claude-4.7-opus*|*claude-opus-4.7*	5,25,.5,6.25	1000000
*claude-4-8-opus*|*claude-opus-4-8*|*claude-4.8-opus*|*claude-opus-4.8*	5,25,.5,6.25	1000000
*claude-5-opus*|*claude-opus-5|*claude-opus-5@*|*claude-5.0-opus*|*claude-opus-5.0*	5,25,.5,6.25	1000000
*claude-5-5-opus*|*claude-opus-5-5|*claude-opus-5-5@*|*claude-5.5-opus*|*claude-opus-5.5*	4,20,.2,5	1000000
*claude-sonnet-4-5*|*claude-sonnet-4.5*	3>200000:6,15>200000:22.5,.3>200000:.6,3.75>200000:7.5	200000
*claude-sonnet-4-6*|*claude-sonnet-4.6*	3,15,.3,3.75	1000000
gemini-1.0-pro-vision-001	.125,.375	32768
*gemini-1.5-flash*	.075>128000:.15,.3>128000:.6,.01875>128000:.0375	1000000
*gemini-1.5-pro*	1.25>128000:2.5,5>128000:10	1000000
*gemini-2.0-flash|*gemini-2.0-flash-0*|*gemini-2.0-flash-exp*|*gemini-2.0-flash-thinking*|*gemini-2.0-flash-latest*	.1,.4,.025 a.7	1000000
*gemini-2.0-flash-lite*	.075,.3	1000000
gemini-2.5-flash|gemini-2.5-flash-latest|gemini-2.5-flash-preview-09-2025	.3,2.5,.03 a1	1048576
gemini-2.5-flash-image|gemini-2.5-flash-image-preview	.3,2.5 j30	1000000
gemini-2.5-flash-lite|gemini-2.5-flash-lite-preview*!tts	.1,.4,.01 a.3	1000000
gemini-2.5-flash-lite-preview-tts	.5,10	8192
*gemini-2.5-flash-preview-05-20*|*gemini-2.5-flash-preview-04-17*|gemini-2.5-flash-preview-05-20:thinking|gemini-2.5-flash-preview|gemini-2.5-flash-preview:thinking	.15,.6
gemini-2.5-flash-tts|gemini-2.5-flash-preview-tts	.5,10	8192
gemini-2.5-pro*!tts	1.25>200000:2.5,10>200000:15,.125>200000:.25
gemini-2.5-pro-tts|gemini-2.5-pro-preview-tts	1,20	8192
gemini-3-flash-preview|gemini-3-flash-preview-*	.5,3,.05 a1	1000000
gemini-3-pro-image|gemini-3-pro-image-preview*	2,12 j120	1000000
gemini-3-pro-preview*|gemini-3-pro-text-preview	2>200000:4,12>200000:18,.2>200000:.4
gemini-3.1-flash-image|gemini-3.1-flash-image-preview*	.5,3 j60	1000000
gemini-3.1-flash-lite|gemini-3.1-flash-lite-preview*	.25,1.5,.025 a.5	1000000
gemini-3.1-flash-lite-image*	.25,1.5 j30
gemini-3.1-flash-live-preview*	.75,4.5 a3 b12 i1
gemini-3.1-pro-preview*	2>200000:4,12>200000:18,.2>200000:.4
gemini-3.5-flash|gemini-3.5-flash-preview*|gemini-3.5-flash-#*	1.5,9,.15	1000000
gemini-3.5-flash-lite*	.3,2.5,.03	1000000
gemini-3.6-flash*	.75,3.75,.075;@2027-01-01 1.5,7.5,.15	1000000
gemini-3.7-flash*	.75,3.75,.075;@2027-01-01 1.5,7.5,.15	1000000
gemini-3.8-flash*	.75,3.75,.075;@2027-01-01 1.5,7.5,.15	1000000
gemini-embedding-001	.15
gemini-embedding-2	.2 a6.5 i.45	8192
gemini-flash-1.5	.075>128000:.15,.3>128000:.6,.01875>128000:.0375
gemini-flash-1.5-8b	.0375>128000:.075,.15>128000:.3,.01>128000:.02	1000000
gemini-live-2.5-flash*|gemini-2.5-flash-native-audio-preview*|gemini-2.5-flash-native-audio-latest	.5,2 a3 b12
gemini-omni-flash-preview*	1.5,9 j17.5
gemini-pro|gemini-1.0-pro	.125,.375	32768
gemini-pro-1.5	1.25>128000:2.5,5>128000:10,.3125>128000:.625	2000000
gemma-2-27b-it	.65,.65
gemma-3-*|gemma-3	
gemma-3n*	
gemma-4-26b-a4b-it		262144
gemma-4-26b-a4b-it-maas	.15,.6,.015	262144
gemma-4-31b-it		262144`,
  groq: `deepseek-r1-distill-llama-70b	.75,.99	131072
gemma-7b-it	.07,.07
gemma2-9b-it|gemma2-9b	.2,.2
llama-3.1-405b-reasoning	.59,.79
llama-3.1-70b-versatile	.59,.79
llama-3.1-8b-instant	.05,.08
llama-3.2-11b-text-preview	.18,.18
llama-3.2-11b-vision-preview	.18,.18
llama-3.2-1b-preview	.04,.04
llama-3.2-3b-preview	.06,.06
llama-3.2-90b-text-preview	.9,.9
llama-3.2-90b-vision-preview	.9,.9
llama-3.3-70b-specdec	.59,.99
llama-3.3-70b-versatile	.59,.79
llama-guard-3-8b	.2,.2
llama2-70b-4096	.7,.8
llama3-70b-8192	.59,.79
llama3-8b-8192	.05,.08
llama3-groq-70b-8192-tool-use-preview	.89,.89
llama3-groq-8b-8192-tool-use-preview	.19,.19
meta-llama/llama-4-maverick-17b-128e-instruct	.2,.6	131072
meta-llama/llama-4-scout-17b-16e-instruct	.11,.34
meta-llama/llama-guard-4-12b	.2,.2	131072
mistral-saba-24b	.79,.79
mixtral-8x7b-32768	.24,.24
moonshotai/kimi-k2-instruct|moonshotai/kimi-k2-instruct-0905	1,3,.5	131072
openai/gpt-oss-120b|openai/gpt-oss-safeguard-20b	.15,.6,.075	131072
openai/gpt-oss-20b	.075,.3,.0375	131072
qwen/qwen3-32b	.29,.59	131072
whisper-large-v3	 s.111
whisper-large-v3-turbo	 s.04`,
  minimax: `m2-her	.3,1.2	64000
minimax-m2|minimax-m2.1|minimax-m2.5	.3,1.2,.03,.375	204800
*m2.1-highspeed*	.6,2.4,.03,.375	204800
*m2.5-highspeed*	.6,2.4,.03,.375	204800
minimax-m2.7	.3,1.2,.06,.375	204800
*m2.7-highspeed*	.6,2.4,.06,.375	204800
minimax-01	.2,1.1	1000192
minimax-m1	.4,2.2
minimax-m3	.3>512000:.6,1.2>512000:2.4,.06>512000:.12	1000000`,
  mistral: `codestral-latest|codestral-2501	.3,.9	256000
codestral-2508	.3,.9,.03	256000
devstral-2512	.4,2,.04	262144
devstral-small|devstral-small-2505|devstral-small-2507|devstral-small-latest|labs-devstral-small-2512	.1,.3
devstral-small:free	
magistral-medium*	2,5
magistral-small-*	.5,1.5
ministral-14b-2512	.2,.2,.02	262144
ministral-3b	.04,.04
ministral-3b-2512	.1,.1,.01	131072
ministral-8b|ministral-8b-2410	.1,.1
ministral-8b-2512	.15,.15,.015	262144
ministral-8b-latest	.1,.1;@2025-12-02 .15,.15,.015
mistral-7b|open-mistral-7b	.25,.25
mistral-embed	.1,.1	8192
mistral-large|mistral-large-latest|mistral-large-2407|mistral-large-2411	2,6
mistral-large-2512	.5,1.5,.05	262144
mistral-medium-2312	2.7,8.1
mistral-medium|mistral-medium-2505|mistral-medium-2508	.4,2,.04
mistral-medium-3.5|mistral-medium-3-5|mistral-medium-3	1.5,7.5,.15	262144
mistral-medium-latest	.4,2,.04;@2026-06-16 1.5,7.5,.15
mistral-nemo|open-mistral-nemo	.15,.15
mistral-nemo:free	
mistral-ocr-2503|mistral-ocr-2503-completion	?
mistral-ocr-2505|mistral-ocr-2505-completion	?
mistral-ocr-2512|mistral-ocr-2512-completion	?	16384
mistral-ocr-4-0|mistral-ocr-4-0-completion	?	16384
mistral-ocr-4|mistral-ocr-4-completion|mistral-ocr-4-1|mistral-ocr-4-1-completion	?	16384
mistral-ocr-latest|mistral-ocr-latest-completion	?;@2025-05-22 ?;@2025-12-18 ?;@2026-06-23 ?
mistral-saba|mistral-saba-latest	.2,.6
mistral-small-24b-instruct-2501	.05,.08
mistral-small-24b-instruct-2501:free	
mistral-small-2603	.15,.6,.015	262144
mistral-small-3.1-24b-instruct	.351,.555
mistral-small-3.2-24b-instruct	.075,.2
mistral-small-latest	.1,.3
mistral-tiny	.25,.25
mixtral-8x22b-instruct	.9,.9
mixtral-8x7b*|open-mixtral-8x7b	.7,.7
pixtral-12b|pixtral-12b-latest	.15,.15
pixtral-large-latest|pixtral-large-2411	2,6
voxtral-mini-latest|voxtral-mini-2602	 s.18	16384
voxtral-small-24b-2507|voxtral-small-2507|voxtral-small-latest	.1,.3,.01;@2026-08-11 .1,.4,.01	32768`,
  moonshotai: `kimi-k2	.57,2.3
kimi-k2-0711-preview	.6,2.5,.15	131072
kimi-k2-0905-preview	.6,2.5,.15	262144
kimi-k2-thinking	.6,2.5,.15	262144
kimi-k2-thinking-turbo	1.15,8,.15	262144
kimi-k2-turbo*	1.15,8,.15	262144
kimi-k2.5*	.6,3,.1	262144
kimi-k2.6*	.95,4,.16	262144
kimi-k2.7-code	.95,4,.19	262144
kimi-k2.7-code-highspeed	1.9,8,.38	262144
kimi-k3	3,15,.3	1048576
moonshot-v1-128k|moonshot-v1-128k-vision-preview	2,5	131072
moonshot-v1-32k|moonshot-v1-32k-vision-preview	1,3	32768
moonshot-v1-8k|moonshot-v1-8k-vision-preview	.2,2	8192`,
  novita: `sao10k/l3-8b-stheno-v3.2	.05,.05	8192
cognitivecomputations/dolphin-mixtral-8x22b	.9,.9
deepseek/deepseek-r1	4,4	64000
deepseek/deepseek-r1-distill-llama-70b	.8,.8	8192
deepseek/deepseek-r1-distill-llama-8b	.04,.04
deepseek/deepseek-r1-distill-qwen-14b	.15,.15	32768
deepseek/deepseek-r1-distill-qwen-32b	.3,.3	64000
deepseek/deepseek_v3	.89,.89	64000
google/gemma-2-9b-it	.08,.08
gryphe/mythomax-l2-13b	.09,.09	4096
jondurbin/airoboros-l2-70b	.5,.5
meta-llama/llama-3-70b-instruct	.51,.74	8192
meta-llama/llama-3-8b-instruct	.04,.04	8192
meta-llama/llama-3.1-70b-instruct	.34,.39
meta-llama/llama-3.1-8b-instruct|meta-llama/llama-3.1-8b-instruct-max	.05,.05	16384
meta-llama/llama-3.1-8b-instruct-bf16	.06,.06
meta-llama/llama-3.2-11b-vision-instruct	.06,.06
meta-llama/llama-3.2-1b-instruct	.02,.02	131000
meta-llama/llama-3.2-3b-instruct	.03,.05	32768
meta-llama/llama-3.3-70b-instruct	.39,.39	12288
microsoft/wizardlm-2-8x22b	.62,.62	65535
mistralai/mistral-7b-instruct	.059,.059
mistralai/mistral-nemo	.17,.17	60288
nousresearch/hermes-2-pro-llama-3-8b	.14,.14	8192
nousresearch/nous-hermes-llama2-13b	.17,.17	4096
openchat/openchat-7b	.06,.06	4096
qwen/qwen-2-7b-instruct	.054,.054	32768
qwen/qwen-2-vl-72b-instruct	.45,.45	32768
qwen/qwen-2.5-72b-instruct	.38,.4	32000
sao10k/l3-70b-euryale-v2.1	1.48,1.48	8192
sao10k/l3-8b-lunaris	.05,.05	8192
sao10k/l31-70b-euryale-v2.2	1.48,1.48	8192
sophosympatheia/midnight-rose-70b	.8,.8
teknium/openhermes-2.5-mistral-7b	.17,.17	4096`,
  openai: `ada|text-ada-001	.4,.4
babbage	.5,.5
chatgpt-4o-latest	5,15	128000
codex-mini|codex-mini-latest	1.5,6,.375	200000
computer-use*	3,12	8192
curie|text-curie-001	2,2
davinci|text-davinci-001	20,20
ft:gpt-3.5-turbo*	3,6
ft:gpt-4o-2024-*	3.75,15
ft:gpt-4o-mini-2024-*	.3,1.2
gpt-3.5-turbo-0301|gpt-3.5-0301	1.5,2
gpt-3.5-turbo|gpt-35-turbo|gpt-3.5-turbo-0125	.5,1.5	16385
gpt-3.5-turbo-0613	1.5,2	16385
gpt-3.5-turbo-1106	1,2	16385
gpt-3.5-turbo-16k|gpt-3.5-turbo-16k-0613|gpt-35-turbo-16k-0613|gpt-35-turbo-16k	3,4	16385
gpt-3.5-turbo-instruct*|gpt-3.5-turbo-instruct-0914	1.5,2	16385
gpt-4|gpt-4-0314|gpt-4-0613|ft:gpt-4-0*	30,60	8192
gpt-4-32k|gpt-4-32k-0314|gpt-4-32k-0613	60,120	32000
gpt-4-turbo|gpt-4-turbo-2024-04-09|gpt-4-turbo-0125-preview|gpt-4-0125-preview|gpt-4-1106-preview|gpt-4-turbo-preview	10,30	128000
gpt-4-vision-preview|gpt-4-1106-vision-preview	10,30	128000
gpt-4.1|gpt-4.1-2025-04-14	2,8,.5 t10	1000000
gpt-4.1-mini|gpt-4.1-mini-2025-04-14	.4,1.6,.1 t10	1000000
gpt-4.1-nano|gpt-4.1-nano-2025-04-14	.1,.4,.025	1000000
gpt-4.5-preview*	75,150,37.5
gpt-4o|gpt-4o-2024-08-06|gpt-4o-2024-11-20	2.5,10,1.25 t10	128000
gpt-4o-2024-05-13	5,15 t10	128000
gpt-4o-audio-preview*	2.5,10	128000
gpt-4o-mini|gpt-4o-mini-2024-07-18|gpt-4o-mini-search-preview|gpt-4o-mini-search-preview-2025-03-11	.15,.6,.075 t10	128000
gpt-4o-mini-2024-07-18.ft-*	.3,1.2
gpt-4o-mini-audio*	.15,.6	128000
gpt-4o-mini-realtime*	.6,2.4,.3 a10 b20	16000
gpt-4o-mini-transcribe	1.25,5 a3	16000
gpt-4o-mini-tts	.6,12
gpt-4o-realtime*	5,20,2.5 a40 b80	32000
gpt-4o-search-preview|gpt-4o-search-preview-2025-03-11	2.5,10	128000
gpt-4o-transcribe|gpt-4o-transcribe-diarize	2.5,10 a6	16000
gpt-4o:extended	6,18
gpt-5|gpt-5-2025-08-07|gpt-5-chat|gpt-5-chat-latest|gpt-5-codex	1.25,10,.125 t10	400000
gpt-5-image	10,10,1.25
gpt-5-image-mini	2.5,2,.25
gpt-5-mini|gpt-5-mini-2025-08-07	.25,2,.025 t10	400000
gpt-5-nano|gpt-5-nano-*	.05,.4,.005 t10	400000
gpt-5-pro|gpt-5-pro-2025-10-06	15,120 t10	400000
gpt-5.1|gpt-5.1-2025-11-13|gpt-5.1-codex|gpt-5.1-codex-max|gpt-5.1-chat|gpt-5.1-chat-latest|gpt-5-1|gpt-5-1-2025-11-13|gpt-5-1-codex|gpt-5-1-codex-max|gpt-5-1-chat|gpt-5-1-chat-latest	1.25,10,.125 t10	400000
gpt-5.1-codex-mini|gpt-5.1-mini|gpt-5-1-codex-mini|gpt-5-1-mini	.25,2,.025	400000
gpt-5.2|gpt-5.2-2025-12-11|gpt-5-2|gpt-5-2-2025-12-11|gpt-5.2-chat|gpt-5.2-chat-latest|gpt-5-2-chat|gpt-5-2-chat-latest|gpt-5.2-codex|gpt-5-2-codex	1.75,14,.175 t10	400000
gpt-5.2-pro|gpt-5.2-pro-2025-12-11|gpt-5-2-pro-2025-12-11	21,168 t10	400000
gpt-5.3|gpt-5-3|gpt-5.3-chat|gpt-5.3-chat-latest|gpt-5-3-chat|gpt-5-3-chat-latest	1.75,14,.175	128000
gpt-5.3-codex|gpt-5-3-codex	1.75,14,.175	400000
gpt-5.4|gpt-5.4-2026-03-05|gpt-5-4|gpt-5-4-2026-03-05	2.5>271999:5,15>271999:22.5,.25>271999:.5 t10	1050000
gpt-5.4-image-2	8,15,2
gpt-5.4-mini|gpt-5.4-mini-2026-03-17|gpt-5-4-mini|gpt-5-4-mini-2026-03-17	.75,4.5,.075 t10	400000
gpt-5.4-nano|gpt-5.4-nano-2026-03-17|gpt-5-4-nano|gpt-5-4-nano-2026-03-17	.2,1.25,.02 t10	400000
gpt-5.4-pro|gpt-5.4-pro-2026-03-05|gpt-5-4-pro|gpt-5-4-pro-2026-03-05	30>271999:60,180>271999:270 t10	1050000
gpt-5.5|gpt-5.5-2026-04-23|gpt-5.5-2026-04-24|gpt-5-5|gpt-5-5-2026-04-23|gpt-5-5-2026-04-24|gpt-5.5-chat|gpt-5.5-chat-latest|gpt-5-5-chat|gpt-5-5-chat-latest|gpt-5.5-codex|gpt-5-5-codex	5>271999:10,30>271999:45,.5>271999:1 t10	1000000
gpt-5.5-pro|gpt-5.5-pro-2026-04-23|gpt-5-5-pro|gpt-5-5-pro-2026-04-23	30>271999:60,180>271999:270 t10	1000000
gpt-5.6-luna|gpt-5-6-luna|gpt-5.6-luna-####-##-##|gpt-5-6-luna-####-##-##	1>271999:2,6>271999:9,.1>271999:.2,1.25>271999:2.5 t10;@2026-07-30 .2>271999:.4,1.2>271999:1.8,.02>271999:.04,.25>271999:.5 t10	1050000
gpt-5.6-sol|gpt-5-6-sol|gpt-5.6|gpt-5-6|gpt-5.6-sol-####-##-##|gpt-5-6-sol-####-##-##	5>271999:10,30>271999:45,.5>271999:1,6.25>271999:12.5 t10;@2026-08-21 4>271999:8,20>271999:30,.4>271999:.8,5>271999:10 t10	1050000
gpt-5.6-terra|gpt-5-6-terra|gpt-5.6-terra-####-##-##|gpt-5-6-terra-####-##-##	2.5>271999:5,15>271999:22.5,.25>271999:.5,3.125>271999:6.25 t10;@2026-07-30 2>271999:4,12>271999:18,.2>271999:.4,2.5>271999:5 t10	1050000
gpt-6-astra|gpt-6-astra-####-##-##	10>271999:20,50>271999:75,1>271999:2,12.5>271999:25 t10	1050000
gpt-6-luna|gpt-6-luna-####-##-##	.1>272000:.2,.5>272000:.75,.01>272000:.02,.125>272000:.25 t10	1050000
gpt-6-sol|gpt-6-sol-####-##-##	2>272000:4,10>272000:15,.2>272000:.4,2.5>272000:5 t10	1050000
gpt-audio|gpt-audio-2025-08-28|gpt-audio-1.5	2.5,10 a32 b64	128000
gpt-audio-mini|gpt-audio-mini-2025-10-06|gpt-audio-mini-2025-12-15	.6,2.4 a10 b20	128000
gpt-chat-latest	5,30,.5
gpt-image-1	5,40,1.25 i10
gpt-image-1-mini	2,8,.2 i2.5
gpt-image-1.5|gpt-image-1.5-2025-12-16	5,10,1.25 i8 j32
gpt-image-2|gpt-image-2-2026-04-21	5,30,1.25 i8
gpt-oss-120b	.039,.18	131072
gpt-oss-20b	.029,.14	131072
gpt-oss-safeguard-20b	.075,.3,.037	131072
gpt-realtime|gpt-realtime-2025-08-28|gpt-realtime-1.5	4,16,.4 a32 b64 i5	32000
gpt-realtime-2|gpt-realtime-2.1	4,24,.4 a32 b64 i5	128000
gpt-realtime-mini|gpt-realtime-2.1-mini|gpt-realtime-mini-2025-12-15|gpt-realtime-mini-2025-10-06	.6,2.4,.06 a10 b20 i.8
gpt-transcribe	 s.27
*moderation*	
o1|o1-2024-12-17	15,60,7.5	200000
o1-mini|o1-mini-2024-09-12	1.1,4.4,.55	128000
o1-preview|o1-preview-2024-09-12	15,60,7.5	128000
o1-pro|o1-pro-2025-03-19	150,600	200000
o3|o3-2025-04-16	10,40,.5 t10;@2025-06-10 2,8,.5 t10	200000
o3-deep-research|o3-deep-research-2025-06-26	10,40,2.5	200000
o3-mini|o3-mini-2025-01-31|o3-mini-high	1.1,4.4,.55	200000
o3-pro|o3-pro-2025-06-10	20,80	200000
o4-mini-2025-04-16|o4-mini-high|o4-mini	1.1,4.4,.275 t10	200000
o4-mini-deep-research|o4-mini-deep-research-2025-06-26	2,8,.5	200000
text-davinci-002	20,20
text-davinci-003	20,20
text-embedding-3-large	.13	8192
text-embedding-3-small	.02	8192
text-embedding-ada|text-embedding-ada-002|text-embedding-ada-002-v2	.1	8192
whisper-1	 s.36`,
  openrouter: `*:free	
01-ai/yi-large	3,3
aetherwiing/mn-starcannon-12b	.8,1.2
ai21/jamba-1-5-large	2,8
ai21/jamba-1-5-mini	.2,.4
ai21/jamba-1.6-large	2,8
ai21/jamba-1.6-mini	.2,.4
ai21/jamba-instruct	.5,.7
ai21/jamba-large-1.7	2,8
aion-labs/aion-1.0	4,8
aion-labs/aion-1.0-mini	.7,1.4
aion-labs/aion-2.0	.8,1.6,.2	131072
aion-labs/aion-rp-llama-3.1-8b	.2,.2	32768
alfredpros/codellama-7b-instruct-solidity	.8,1.2
all-hands/openhands-lm-32b-v0.1	2.6,3.4
allenai/olmo-3-32b-think	.15,.5	65536
alpindale/goliath-120b	6.5625,9.375
alpindale/magnum-72b	1.5,2.25
amazon/nova-2-lite-v1	.3,2.5	1000000
amazon/nova-lite-v1	.06,.24	300000
amazon/nova-micro-v1	.035,.14	128000
amazon/nova-premier-v1	2.5,12.5,.625	1000000
amazon/nova-pro-v1	.8,3.2	300000
anthracite-org/magnum-v2-72b	3,3
anthracite-org/magnum-v4-72b	1.5,2.25	32768
anthropic/claude-2|anthropic/claude-2.0|anthropic/claude-2.0:beta|anthropic/claude-2.1|anthropic/claude-2.1:beta|anthropic/claude-2:beta	8,24
anthropic/claude-3-haiku|anthropic/claude-3-haiku:beta	.25,1.25	200000
anthropic/claude-3-opus|anthropic/claude-3-opus:beta	15,75
anthropic/claude-3-sonnet|anthropic/claude-3-sonnet:beta	3,15
anthropic/claude-3.5-haiku|anthropic/claude-3.5-haiku-20241022|anthropic/claude-3.5-haiku-20241022:beta|anthropic/claude-3.5-haiku:beta	.8,4
anthropic/claude-3.5-sonnet|anthropic/claude-3.5-sonnet-20240620|anthropic/claude-3.5-sonnet-20240620:beta|anthropic/claude-3.5-sonnet:beta	3,15
anthropic/claude-3.7-sonnet|anthropic/claude-3.7-sonnet:beta|anthropic/claude-3.7-sonnet:thinking	3,15
anthropic/claude-fable-5|anthropic/claude-fable-5:beta	10,50,1,12.5	1000000
anthropic/claude-fable-5.1|anthropic/claude-fable-5.1:beta	10,50,.25,12.5	1000000
anthropic/claude-haiku-4.5|anthropic/claude-4.5-haiku-20251001|anthropic/claude-4.5-haiku-20251001:beta|anthropic/claude-haiku-4.5-20251001|anthropic/claude-haiku-4.5-20251001:beta|anthropic/claude-haiku-4.5:beta	1,5,.1,1.25	200000
anthropic/claude-opus-4|anthropic/claude-opus-4.1	15,75,1.5,18.75	200000
anthropic/claude-opus-4.5|anthropic/claude-4.5-opus-20251124|anthropic/claude-4.5-opus-20251124:beta|anthropic/claude-opus-4.5-20251124|anthropic/claude-opus-4.5-20251124:beta|anthropic/claude-opus-4.5:beta	5,25,.5,6.25	200000
anthropic/claude-opus-4.6|anthropic/claude-4.6-opus-20260205|anthropic/claude-4.6-opus-20260205:beta|anthropic/claude-opus-4.6-20260205|anthropic/claude-opus-4.6-20260205:beta|anthropic/claude-opus-4.6:beta	5,25,.5,6.25	1000000
anthropic/claude-opus-4.6-fast	30,150,3,37.5
anthropic/claude-opus-4.7|anthropic/claude-opus-4.7:beta	5,25,.5,6.25	1000000
anthropic/claude-opus-4.7-fast	30,150,3,37.5	1000000
anthropic/claude-opus-4.8|anthropic/claude-opus-4.8:beta	5,25,.5,6.25	1000000
anthropic/claude-opus-4.8-fast	10,50,1,12.5	1000000
anthropic/claude-opus-5|anthropic/claude-opus-5:beta	5,25,.5,6.25	1000000
anthropic/claude-opus-5-fast	10,50,1,12.5	1000000
anthropic/claude-opus-5.5|anthropic/claude-opus-5.5:beta	4,20,.2,5	1000000
anthropic/claude-sonnet-4	3,15,.3,3.75
anthropic/claude-sonnet-4.5|anthropic/claude-4.5-sonnet-20250929|anthropic/claude-4.5-sonnet-20250929:beta|anthropic/claude-sonnet-4.5-20250929|anthropic/claude-sonnet-4.5-20250929:beta|anthropic/claude-sonnet-4.5:beta	3>200000:6,15>200000:22.5,.3>200000:.6,3.75>200000:7.5	1000000
anthropic/claude-sonnet-4.6|anthropic/claude-4.6-sonnet-20260217|anthropic/claude-4.6-sonnet-20260217:beta|anthropic/claude-sonnet-4.6-20260217|anthropic/claude-sonnet-4.6-20260217:beta|anthropic/claude-sonnet-4.6:beta	3,15,.3,3.75	1000000
anthropic/claude-sonnet-5|anthropic/claude-sonnet-5:beta	2,10,.2,2.5	1000000
arcee-ai/coder-large	.5,.8
arcee-ai/trinity-large-thinking	.22,.85,.06	262144
arcee-ai/trinity-mini	.045,.15
arcee-ai/virtuoso-large	.75,1.2	131072
baidu/ernie-4.5-vl-424b-a47b	.42,1.25	123000
bytedance-seed/seed-1.6	.25,2	262144
bytedance-seed/seed-1.6-flash	.075,.3	262144
bytedance-seed/seed-2.0-lite	.25,2	262144
bytedance-seed/seed-2.0-mini	.1,.4	262144
bytedance/ui-tars-1.5-7b	.1,.2	128000
cognitivecomputations/dolphin-mixtral-8x22b	.9,.9
cognitivecomputations/dolphin-mixtral-8x7b	.5,.5
cohere/command	1,2
cohere/command-a	2.5,10	256000
cohere/command-r|cohere/command-r-03-2024	.5,1.5
cohere/command-r-08-2024	.15,.6	128000
cohere/command-r-plus|cohere/command-r-plus-04-2024	3,15
cohere/command-r-plus-08-2024	2.5,10	128000
cohere/command-r7b-12-2024	.0375,.15	128000
deepcogito/cogito-v2.1-671b	1.25,1.25
deepseek/deepseek-chat	.38,.89
deepseek/deepseek-chat-v3-0324	.3,.88	163840
deepseek/deepseek-chat-v3.1	.21,.79,.13
deepseek/deepseek-r1	.45,2.15	64000
deepseek/deepseek-r1-0528	.5,2.15
deepseek/deepseek-r1-distill-llama-70b	.1,.4	8192
deepseek/deepseek-r1-distill-llama-8b	.04,.04
deepseek/deepseek-r1-distill-qwen-1.5b	.18,.18
deepseek/deepseek-r1-distill-qwen-14b	.15,.15
deepseek/deepseek-r1-distill-qwen-32b	.12,.18
deepseek/deepseek-v3.1-terminus	.23,.9	163840
deepseek/deepseek-v3.2	.2288,.3432
deepseek/deepseek-v3.2-exp	.27,.41	163840
deepseek/deepseek-v4-flash	.0983,.1966,.0197
deepseek/deepseek-v4-pro	.435,.87,.003625
eleutherai/llemma_7b	.8,1.2
essentialai/rnj-1-instruct	.15,.15
eva-unit-01/eva-llama-3.33-70b	4,6
eva-unit-01/eva-qwen-2.5-32b	2.6,3.4
eva-unit-01/eva-qwen-2.5-72b	.9,1.2
google/gemini-2.0-flash-001	.1,.4
google/gemini-2.0-flash-lite-001	.075,.3
google/gemini-2.5-flash	.3,2.5,.075,.3833	1048576
google/gemini-2.5-flash-image	.3,2.5,.03,.08333333333333334	32768
google/gemini-2.5-flash-lite	.1,.4,.01,.08333333333333334	1048576
google/gemini-2.5-flash-lite-preview-09-2025	.1,.4
google/gemini-2.5-flash-preview	.15,.6
google/gemini-2.5-flash-preview-09-2025	.3,2.5,.075,.383
google/gemini-2.5-flash-preview:thinking	.15,3.5
google/gemini-2.5-pro|google/gemini-2.5-pro-preview|google/gemini-2.5-pro-preview-05-06	1.25,10,.31,1.625	1048576
google/gemini-2.5-pro-preview-03-25	1.25,10
google/gemini-3-flash-preview	.5,3,.05,.08333333333333334	1048576
google/gemini-3-pro-image-preview	2,12,.2,.375	65536
google/gemini-3.1-flash-image-preview	.5,3	65536
google/gemini-3.1-flash-lite|google/gemini-3.1-flash-lite-preview	.25,1.5,.025,.08333333333333334	1048576
google/gemini-3.1-pro-preview|google/gemini-3.1-pro-preview-customtools	2,12,.2,.375	1048576
google/gemini-3.5-flash|google/gemini-3.5-flash-########	1.5,9,.15,.08333333333333334	1048576
google/gemini-flash-1.5	.075,.3
google/gemini-flash-1.5-8b	.0375,.15
google/gemini-flash-1.5-8b-exp	?
google/gemini-pro|google/gemini-pro-vision	.5,1.5
google/gemini-pro-1.5	1.25,5
google/gemma-2-27b-it	.8,.8	8192
google/gemma-2-9b-it	.07,.07
google/gemma-3-12b-it	.05,.1	131072
google/gemma-3-27b-it	.1,.2
google/gemma-3-4b-it	.02,.04	131072
google/gemma-3n-e4b-it	.06,.12
google/gemma-4-26b-a4b-it	.06,.33
google/gemma-4-31b-it	.12,.36,.09;@2026-08-27 .09,.34,.05	262144
google/lyria-3-clip-preview	?	1048576
google/lyria-3-pro-preview	?	1048576
google/palm-2-chat-bison|google/palm-2-chat-bison-32k	1,2
google/palm-2-codechat-bison|google/palm-2-codechat-bison-32k	1,2
gryphe/mythomax-l2-13b	.065,.065
ibm-granite/granite-4.0-h-micro	.017,.112	131000
ibm-granite/granite-4.1-8b	.05,.1	131072
inception/mercury-2	.25,.75,.025	128000
inclusionai/ling-2.6-1t	.075,.625,.015
inclusionai/ling-2.6-flash	.01,.03,.002
inclusionai/ring-2.6-1t	.075,.625,.015
infermatic/mn-inferor-12b	.8,1.2
inflection/inflection-3-pi	2.5,10
inflection/inflection-3-productivity	2.5,10
jondurbin/airoboros-l2-70b	.5,.5
kwaipilot/kat-coder-pro-v2	.3,1.2,.06
latitudegames/wayfarer-large-70b-llama-3.3	.8,.9
liquid/lfm-2-24b-a2b	.03,.12
liquid/lfm-3b	.02,.02
liquid/lfm-40b	.15,.15
liquid/lfm-7b	.01,.01
mancer/weaver	1.125,1.125	8000
meta-llama/llama-2-13b-chat	.22,.22
meta-llama/llama-2-70b-chat	.9,.9
meta-llama/llama-3-70b-instruct	.3,.4
meta-llama/llama-3-8b-instruct	.03,.06
meta-llama/llama-3.1-405b	2,2
meta-llama/llama-3.1-405b-instruct	.8,.8
meta-llama/llama-3.1-70b-instruct	.1,.28	131072
meta-llama/llama-3.1-8b-instruct	.02,.03
meta-llama/llama-3.2-11b-vision-instruct	.049,.049
meta-llama/llama-3.2-1b-instruct	.005,.01	60000
meta-llama/llama-3.2-3b-instruct	.01,.02
meta-llama/llama-3.2-90b-vision-instruct	.9,.9
meta-llama/llama-3.3-70b-instruct	.05,.24
meta-llama/llama-4-maverick	.15,.6
meta-llama/llama-4-scout	.08,.3
meta-llama/llama-guard-2-8b	.2,.2
meta-llama/llama-guard-3-8b	.02,.06
meta-llama/llama-guard-4-12b	.05,.05	163840
microsoft/phi-3-medium-128k-instruct	1,1
microsoft/phi-3-mini-128k-instruct	.1,.1
microsoft/phi-3.5-mini-128k-instruct	.1,.1
microsoft/phi-4	.07,.14	16384
microsoft/phi-4-mini-instruct	.08,.35
microsoft/phi-4-multimodal-instruct	.05,.1
microsoft/wizardlm-2-7b	.07,.07
microsoft/wizardlm-2-8x22b	.5,.5	65535
minimax/minimax-01	.2,1.1	1000192
minimax/minimax-m1	.3,1.65	1000000
minimax/minimax-m2	.255,1,.03
minimax/minimax-m2-her|minimax/minimax-m2-her-20260123	.3,1.2,.03	65536
minimax/minimax-m2.1	.29,.95,.03	204800
minimax/minimax-m2.5|minimax/minimax-m2.5-20260211	.15,.9,.05
minimax/minimax-m2.7|minimax/minimax-m2.7-20260318	.27,1.08,.054
minimax/minimax-m3|minimax/minimax-m3-20260531	.3,1.2,.06
mistral/ministral-8b	.1,.1
mistralai/codestral-2501	.3,.9
mistralai/codestral-2508	.3,.9,.03	256000
mistralai/codestral-mamba	.25,.25
mistralai/devstral-2512	.4,2,.04	262144
mistralai/ministral-14b-2512	.2,.2,.02	262144
mistralai/ministral-3b	.04,.04
mistralai/ministral-3b-2512	.1,.1,.01	131072
mistralai/ministral-8b	.1,.1
mistralai/ministral-8b-2512	.15,.15,.015	262144
mistralai/mistral-7b-instruct|mistralai/mistral-7b-instruct-v0.3	.029,.059
mistralai/mistral-7b-instruct-v0.1	.2,.2
mistralai/mistral-7b-instruct-v0.2	.2,.2
mistralai/mistral-large|mistralai/mistral-large-2407	2,6	128000
mistralai/mistral-large-2512	.5,1.5,.05	262144
mistralai/mistral-medium	2.75,8.1
mistralai/mistral-medium-3	.4,2	131072
mistralai/mistral-medium-3-5	1.5,7.5	262144
mistralai/mistral-medium-3.1	.4,2,.04	131072
mistralai/mistral-nemo	.01,.019
mistralai/mistral-saba	.2,.6	32768
mistralai/mistral-small	.2,.6
mistralai/mistral-small-24b-instruct-2501	.05,.09	32768
mistralai/mistral-small-2603	.15,.6,.015
mistralai/mistral-small-3.1-24b-instruct	.05,.15	128000
mistralai/mistral-small-3.2-24b-instruct	.075,.2
mistralai/mistral-tiny	.25,.25
mistralai/mixtral-8x22b-instruct	.9,.9	65536
mistralai/mixtral-8x7b-instruct	.24,.24
mistralai/pixtral-12b	.1,.1
mistralai/pixtral-large-2411	2,6
mistralai/voxtral-small-24b-2507	.1,.3,.01	32000
moonshotai/kimi-k2	.57,2.3	131072
moonshotai/kimi-k2-0905	.6,2.5	262144
moonshotai/kimi-k2-thinking	.6,2.5	262144
moonshotai/kimi-k2.5	.4,1.9,.09
moonshotai/kimi-k2.6	.68,3.41,.34
moonshotai/kimi-k2.7-code|moonshotai/kimi-k2.7-code-20260612	.75,3.5,.16	262144
moonshotai/kimi-k3|moonshotai/kimi-k3-20260715	3,15,.3	1048576
morph/morph-v3-fast	.8,1.2	81920
morph/morph-v3-large	.9,1.9	262144
neversleep/llama-3-lumimaid-70b	3.375,4.5
neversleep/llama-3-lumimaid-8b|neversleep/llama-3-lumimaid-8b:extended	.09375,.75
neversleep/llama-3.1-lumimaid-70b	1.5,2.25
neversleep/llama-3.1-lumimaid-8b	.09375,.75
neversleep/noromaid-20b	.75,1.5
nothingiisreal/mn-celeste-12b	.8,1.2
nousresearch/hermes-2-pro-llama-3-8b	.025,.04
nousresearch/hermes-3-llama-3.1-405b	.7,.8	131072
nousresearch/hermes-3-llama-3.1-70b	.12,.3	131072
nousresearch/hermes-4-405b	1,3	131072
nousresearch/hermes-4-70b	.13,.4	131072
nousresearch/nous-hermes-2-mixtral-8x7b-dpo	.6,.6
nousresearch/nous-hermes-llama2-13b	.18,.18
nvidia/llama-3.1-nemotron-70b-instruct	.12,.3
nvidia/llama-3.3-nemotron-super-49b-v1.5	.4,.4
nvidia/nemotron-3-nano-30b-a3b	.05,.2	262144
nvidia/nemotron-3-super-120b-a12b	.09,.45
nvidia/nemotron-3-ultra-550b-a55b	.5,2.5,.15
nvidia/nemotron-nano-9b-v2	.04,.16
openai/chatgpt-4o-latest	5,15
openai/codex-mini	1.5,6,.375
openai/gpt-3.5-turbo	.5,1.5	16385
openai/gpt-3.5-turbo-0613	1,2	4095
openai/gpt-3.5-turbo-1106	1,2
openai/gpt-3.5-turbo-16k	3,4	16385
openai/gpt-3.5-turbo-instruct	1.5,2	4095
openai/gpt-4	30,60	8191
openai/gpt-4-1106-preview	10,30
openai/gpt-4-32k|openai/gpt-4-32k-0314	60,120
openai/gpt-4-turbo|openai/gpt-4-turbo-preview	10,30	128000
openai/gpt-4.1	2,8,.5	1047576
openai/gpt-4.1-mini|openai/gpt-4.1-mini-2025-04-14	.4,1.6,.1	1047576
openai/gpt-4.1-nano	.1,.4,.025	1047576
openai/gpt-4.5-preview	75,150
openai/gpt-4o|openai/gpt-4o-2024-08-06|openai/gpt-4o-2024-11-20|openai/gpt-4o-audio-preview	2.5,10	128000
openai/gpt-4o-2024-05-13	5,15	128000
openai/gpt-4o-mini|openai/gpt-4o-mini-2024-07-18	.15,.6,.075	128000
openai/gpt-4o-mini-search-preview	.15,.6
openai/gpt-4o-search-preview	2.5,10
openai/gpt-4o:extended	6,18
openai/gpt-5|openai/gpt-5-2025-08-07|openai/gpt-5-chat|openai/gpt-5-codex|openai/gpt-5.1-codex-max	1.25,10,.125	400000
openai/gpt-5-image	10,10,1.25	400000
openai/gpt-5-image-mini	2.5,2,.25	400000
openai/gpt-5-mini|openai/gpt-5-mini-2025-08-07	.25,2,.025	400000
openai/gpt-5-nano	.05,.4,.01	400000
openai/gpt-5-pro	15,120	400000
openai/gpt-5.1|openai/gpt-5.1-chat|openai/gpt-5.1-codex	1.25,10,.13	400000
openai/gpt-5.1-codex-mini|openai/gpt-5.1-codex-mini-20251113	.25,2,.025	400000
openai/gpt-5.2|openai/gpt-5.2-20251211|openai/gpt-5.2-chat|openai/gpt-5.2-codex	1.75,14,.175	400000
openai/gpt-5.2-pro|openai/gpt-5.2-pro-20251211	21,168	400000
openai/gpt-5.3-chat	1.75,14,.175
openai/gpt-5.3-codex|openai/gpt-5.3-codex-20260224	1.75,14,.175	400000
openai/gpt-5.4|openai/gpt-5.4-20260305	2.5>272000:5,15>272000:22.5,.25>272000:.5	1050000
openai/gpt-5.4-image-2	8,15,2	272000
openai/gpt-5.4-mini	.75,4.5,.075	400000
openai/gpt-5.4-nano	.2,1.25,.02	400000
openai/gpt-5.4-pro	30>272000:60,180>272000:270	1050000
openai/gpt-5.5	5>272000:10,30>272000:45,.5>272000:1	1050000
openai/gpt-5.5-pro	30>272000:60,180>272000:270	1050000
openai/gpt-5.6-luna|openai/gpt-5.6-luna-########	.2>272000:.4,1.2>272000:1.8,.02>272000:.04,.25>272000:.5	1050000
openai/gpt-5.6-sol|openai/gpt-5.6-sol-########	2>272000:4,10>272000:15,.2>272000:.4,2.5>272000:5	1050000
openai/gpt-5.6-terra|openai/gpt-5.6-terra-########	2>272000:4,12>272000:18,.2>272000:.4,2.5>272000:5	1050000
openai/gpt-6-luna|openai/gpt-6-luna-pro|openai/gpt-6-luna-########	.1>272000:.2,.5>272000:.75,.01>272000:.02,.125>272000:.25 t10	1050000
openai/gpt-6-luna:batch|openai/gpt-6-luna-pro:batch	.05>272000:.1,.25>272000:.375,.005>272000:.01,.0625>272000:.125 t10	1050000
openai/gpt-6-sol|openai/gpt-6-sol-pro|openai/gpt-6-sol-########	2>272000:4,10>272000:15,.2>272000:.4,2.5>272000:5 t10	1050000
openai/gpt-6-sol:batch|openai/gpt-6-sol-pro:batch	1>272000:2,5>272000:7.5,.1>272000:.2,1.25>272000:2.5 t10	1050000
openai/gpt-audio	2.5,10	128000
openai/gpt-audio-mini	.6,2.4	128000
openai/gpt-chat-latest	5,30,.5	400000
openai/gpt-oss-120b	.039,.18
openai/gpt-oss-20b	.029,.14	131072
openai/gpt-oss-safeguard-20b	.075,.3,.037	131072
openai/o1	15,60,7.5
openai/o1-mini|openai/o1-mini-2024-09-12	1.1,4.4
openai/o1-pro	150,600	200000
openai/o3	2,8,.5	200000
openai/o3-deep-research	10,40,2.5
openai/o3-mini|openai/o3-mini-high	1.1,4.4,.55	200000
openai/o3-pro	20,80	200000
openai/o4-mini|openai/o4-mini-high	1.1,4.4,.275	200000
openai/o4-mini-deep-research	2,8,.5
openchat/openchat-7b	.07,.07
perceptron/perceptron-mk1	.15,1.5	32768
perplexity/llama-3.1-sonar-large-128k-online	1,1
perplexity/llama-3.1-sonar-small-128k-online	.2,.2
perplexity/r1-1776	2,8
perplexity/sonar	1,1	127072
perplexity/sonar-deep-research	2,8 r3	128000
perplexity/sonar-pro	3,15	200000
perplexity/sonar-reasoning	1,5
perplexity/sonar-reasoning-pro	2,8	128000
prime-intellect/intellect-3	.2,1.1
pygmalionai/mythalion-13b	.5625,1.125
qwen/qwen-2-72b-instruct	.9,.9
qwen/qwen-2.5-72b-instruct	.12,.39
qwen/qwen-2.5-7b-instruct	.04,.1	32768
qwen/qwen-2.5-coder-32b-instruct	.06,.15	32768
qwen/qwen-2.5-vl-72b-instruct	.6,.6
qwen/qwen-2.5-vl-7b-instruct	.2,.2
qwen/qwen-max	1.6,6.4
qwen/qwen-plus	.4,1.2,.16	1000000
qwen/qwen-plus-2025-07-28	.26,.78	1000000
qwen/qwen-plus-2025-07-28:thinking	.26,.78,,.325
qwen/qwen-turbo	.05,.2
qwen/qwen-vl-max	.8,3.2
qwen/qwen-vl-plus	.21,.63
qwen/qwen2.5-coder-7b-instruct	.2,.2
qwen/qwen2.5-vl-32b-instruct	.9,.9
qwen/qwen2.5-vl-72b-instruct	.7,.7
qwen/qwen3-14b	.06,.24
qwen/qwen3-235b-a22b	.13,.6	131072
qwen/qwen3-235b-a22b-2507	.09,.1
qwen/qwen3-235b-a22b-thinking-2507	.1,.1
qwen/qwen3-30b-a3b	.08,.29
qwen/qwen3-30b-a3b-instruct-2507	.04815,.19305
qwen/qwen3-30b-a3b-thinking-2507	.08,.4	81920
qwen/qwen3-32b	.1,.3
qwen/qwen3-8b	.035,.138	131072
qwen/qwen3-coder|qwen/qwen3-coder-480b-a35b-07-25	.22,1.8
qwen/qwen3-coder-30b-a3b-instruct	.07,.27
qwen/qwen3-coder-flash	.195,.975,.039,.24375	1000000
qwen/qwen3-coder-next|qwen/qwen3-coder-next-2025-02-03	.11,.8,.07
qwen/qwen3-coder-plus	.65,3.25,.13,.8125	1000000
qwen/qwen3-max	1.2,6	262144
qwen/qwen3-max-thinking|qwen/qwen3-max-thinking-20260123	.78,3.9	262144
qwen/qwen3-next-80b-a3b-instruct|qwen/qwen3-next-80b-a3b-instruct-2509	.09,1.1
qwen/qwen3-next-80b-a3b-thinking|qwen/qwen3-next-80b-a3b-thinking-2509	.0975,.78
qwen/qwen3-vl-235b-a22b-instruct	.2,.88,.11
qwen/qwen3-vl-235b-a22b-thinking	.26,2.6	131072
qwen/qwen3-vl-30b-a3b-instruct	.13,.52
qwen/qwen3-vl-30b-a3b-thinking	.13,1.56
qwen/qwen3-vl-32b-instruct	.104,.416	131072
qwen/qwen3-vl-8b-instruct	.08,.5
qwen/qwen3-vl-8b-thinking	.117,1.365	131072
qwen/qwen3.5-122b-a10b|qwen/qwen3.5-122b-a10b-20260224	.26,2.08	262144
qwen/qwen3.5-27b|qwen/qwen3.5-27b-20260224	.195,1.56	262144
qwen/qwen3.5-35b-a3b|qwen/qwen3.5-35b-a3b-20260224	.14,1,.05
qwen/qwen3.5-397b-a17b|qwen/qwen3.5-397b-a17b-20260216	.39,2.34
qwen/qwen3.5-9b|qwen/qwen3.5-9b-20260310	.1,.15
qwen/qwen3.5-flash-02-23|qwen/qwen3.5-flash-20260224	.065,.26	1000000
qwen/qwen3.5-plus-02-15|qwen/qwen3.5-plus-20260216	.4,2.4	1000000
qwen/qwen3.5-plus-20260420	.3,1.8,,.375	1000000
qwen/qwen3.6-27b|qwen/qwen3.6-27b-20260422	.289,2.4
qwen/qwen3.6-35b-a3b|qwen/qwen3.6-35b-a3b-20260415	.14,1
qwen/qwen3.6-flash	.1875,1.125,,.234375	1000000
qwen/qwen3.6-max-preview|qwen/qwen3.6-max-preview-20260420	1.04,6.24,,1.3	262144
qwen/qwen3.6-plus|qwen/qwen3.6-plus-04-02	.325,1.95,,.40625	1000000
qwen/qwen3.7-max|qwen/qwen3.7-max-20260520	1.25,3.75,.25,1.5625	1000000
qwen/qwen3.7-plus|qwen/qwen3.7-plus-20260602	.4,1.6,.08,.5	1000000
qwen/qwq-32b	.15,.2
qwen/qwq-32b-preview	.2,.2
raifle/sorcererlm-8x22b	4.5,4.5
rekaai/reka-edge	.1,.1	16384
rekaai/reka-flash-3	.1,.2	65536
relace/relace-apply-3	.85,1.25	256000
relace/relace-search	1,3	256000
sao10k/fimbulvetr-11b-v2	.8,1.2
sao10k/l3-euryale-70b	1.48,1.48
sao10k/l3-lunaris-8b	.02,.05	8192
sao10k/l3.1-70b-hanami-x1	3,3
sao10k/l3.1-euryale-70b	.7,.8
sao10k/l3.3-euryale-70b	.7,.8	131072
scb10x/llama3.1-typhoon2-70b-instruct	.88,.88
scb10x/llama3.1-typhoon2-8b-instruct	.18,.18
sophosympatheia/midnight-rose-70b	.8,.8
steelskull/l3.3-electra-r1-70b	.7,.95
stepfun/step-3.5-flash	.09,.3,.02	262144
stepfun/step-3.7-flash	.2,1.15,.04
switchpoint/router	.85,3.4
tencent/hunyuan-a13b-instruct	.14,.57	131072
tencent/hy3-preview	.063,.21,.021	262144
thedrummer/anubis-pro-105b-v1	.8,1
thedrummer/cydonia-24b-v4.1	.3,.5,.15	131072
thedrummer/rocinante-12b	.25,.5
thedrummer/skyfall-36b-v2	.5,.8	32768
thedrummer/unslopnemo-12b	.5,.5
undi95/remm-slerp-l2-13b	.8,1.2	6144
undi95/toppy-m-7b	.07,.07
upstage/solar-pro-3	.15,.6,.015	131072
writer/palmyra-x5	.6,6	1040000
x-ai/grok-2-1212	2,10
x-ai/grok-2-vision-1212	2,10
x-ai/grok-3-beta	3,15
x-ai/grok-3-mini-beta	.3,.5
x-ai/grok-4-fast	.2>128000:.4,.5>128000:1,.05	2000000
x-ai/grok-4.20	1.25,2.5,.2	2000000
x-ai/grok-4.20-multi-agent	2,6,.2	2000000
x-ai/grok-4.3|x-ai/grok-4.3-########	1.25,2.5,.2	1000000
x-ai/grok-beta	5,15
x-ai/grok-build-0.1	1,2,.2	256000
x-ai/grok-code-fast-1	.2,1.5,.02	256000
x-ai/grok-vision-beta	5,15
xiaomi/mimo-v2-flash	.1,.3,.01
xiaomi/mimo-v2.5	.14,.28,.0028
xiaomi/mimo-v2.5-pro	.435,.87,.0036
xwin-lm/xwin-lm-70b	3.75,3.75
z-ai/glm-4.5	.6,2.2,.11	131072
z-ai/glm-4.5-air	.125,.85,.06	131072
z-ai/glm-4.5v	.6,1.8,.11	65536
z-ai/glm-4.6	.43,1.74,.08
z-ai/glm-4.6v	.3,.9,.05	131072
z-ai/glm-4.7	.4,1.75,.08
z-ai/glm-4.7-flash|z-ai/glm-4.7-flash-20260119	.06,.4,.01
z-ai/glm-5|z-ai/glm-5-20260211	.6,1.92,.12
z-ai/glm-5-turbo|z-ai/glm-5-turbo-20260315	1.2,4,.24	202752
z-ai/glm-5.1|z-ai/glm-5.1-20260406	.98,3.08,.182
z-ai/glm-5.2|z-ai/glm-5.2-20260616	1.4,4.4,.26	1048576
z-ai/glm-5.3|z-ai/glm-5.3-20260816	1.4,4.4,.26	1048576
z-ai/glm-5.3-flash	.075,.25,.015	1310720
~anthropic/claude-fable-latest	10,50,1,12.5	1000000
~anthropic/claude-haiku-latest	1,5,.1,1.25	200000
~anthropic/claude-opus-latest	5,25,.5,6.25;@2026-09-22 4,20,.2,5	1000000
~anthropic/claude-sonnet-latest	3,15,.3,3.75	1000000
~google/gemini-flash-latest	1.5,9,.15,.08333333333333334	1048576
~google/gemini-pro-latest	2,12,.2,.375	1048576
~moonshotai/kimi-latest	.68,3.41,.34	1048576
~openai/gpt-latest	5,30,.5	1050000
~openai/gpt-mini-latest	.75,4.5,.075	400000`,
  perplexity: `llama-3.1-sonar-large-128k-online	1,1
llama-3.1-sonar-small-128k-online	.2,.2
r1-1776	2,8
sonar	1,1 q12	128000
sonar-deep-research	2,8 r3 t5	128000
sonar-pro	3,15 q14	200000
sonar-pro-search	3,15
sonar-reasoning	1,5 q12
sonar-reasoning-pro	2,8 q14	128000`,
  together: `austism/chronos-hermes-13b	.3,.3
gryphe/mythomax-l2-13b	.3,.3
nexusflow/nexusraven-v2-13b	.3,.3
nousresearch/nous-capybara-7b-v1p9	.2,.2
nousresearch/nous-hermes-2-mixtral-8x7b-dpo	.9,.9
nousresearch/nous-hermes-2-mixtral-8x7b-sft	.9,.9
nousresearch/nous-hermes-2-yi-34b	.8,.8
nousresearch/nous-hermes-llama2-13b	.225,.225
nousresearch/nous-hermes-llama-2-7b	.2,.2
open-orca/mistral-7b-openorca	.2,.2
qwen/qwen1.5-0.5b|qwen/qwen1.5-0.5b-chat	.1,.1
qwen/qwen1.5-1.8b|qwen/qwen1.5-1.8b-chat	.1,.1
qwen/qwen1.5-14b|qwen/qwen1.5-14b-chat	.3,.3
qwen/qwen1.5-4b|qwen/qwen1.5-4b-chat	.1,.1
qwen/qwen1.5-72b	.9,.9
qwen/qwen1.5-7b|qwen/qwen1.5-7b-chat	.2,.2
undi95/remm-slerp-l2-13b	.3,.3
undi95/toppy-m-7b	.2,.2
wizardlm/wizardlm-13b-v1.2	.3,.3
allenai/olmo-7b|allenai/olmo-7b-instruct|allenai/olmo-7b-twin-2t	.2,.2
codellama/codellama-13b-instruct-hf	.225,.225
codellama/codellama-34b-instruct-hf	.776,.776
codellama/codellama-70b-instruct-hf	.9,.9
codellama/codellama-7b-instruct-hf	.2,.2
deepseek-ai/deepseek-coder-33b-instruct	.8,.8
garage-baind/platypus2-70b-instruct	.9,.9
google/gemma-2b|google/gemma-2b-it	.1,.1
google/gemma-7b|google/gemma-7b-it	.2,.2
lmsys/vicuna-13b-v1.5	.3,.3
lmsys/vicuna-7b-v1.5	.2,.2
meta-llama/llama-2-13b-chat-hf	.225,.225
meta-llama/llama-2-70b-chat-hf	.9,.9
meta-llama/llama-2-7b-chat-hf	.2,.2
meta-llama/llama-3-70b-chat-hf	.9,.9
meta-llama/llama-3-8b-chat-hf	.2,.2
meta-llama/llama-3.3-70b-instruct-turbo	.88,.88
meta-llama/llama-4-maverick-17b-128e-instruct-fp8	.27,.85
meta-llama/llama-4-scout-17b-16e-instruct	.18,.59
meta-llama/meta-llama-3-70b-instruct-lite	.54,.54
meta-llama/meta-llama-3-70b-instruct-turbo	.88,.88
meta-llama/meta-llama-3-8b-instruct-lite	.1,.1
meta-llama/meta-llama-3-8b-instruct-turbo	.18,.18
meta-llama/meta-llama-3.1-405b-instruct-turbo	3.5,3.5
meta-llama/meta-llama-3.1-70b-instruct-turbo	.88,.88
meta-llama/meta-llama-3.1-8b-instruct-turbo	.18,.18
meta-llama/meta-llama-3.3-70b-instruct-turbo	.88,.88
microsoft/wizardlm-2-8x22b	1.2,1.2
microsoft/phi-2	.1,.1
mistralai/mistral-7b-instruct-v0.1	.2,.2
mistralai/mistral-7b-instruct-v0.2	.2,.2
mistralai/mistral-7b-v0.1	.2,.2
mistralai/mixtral-8x22b-instruct-v0.1	2.4,2.4
mistralai/mixtral-8x7b-instruct-v0.1	.9,.9
mistralai/mixtral-8x7b-v0.1	.9,.9
openchat/openchat-3.5-1210	.2,.2
snorkelai/snorkel-mistral-pairrm-dpo	.2,.2
teknium/openhermes-2-mistral-7b	.2,.2
teknium/openhermes-2p5-mistral-7b	.2,.2
togethercomputer/gpt-jt-moderation-6b	.2,.2
togethercomputer/llama-2-7b-32k-instruct	.2,.2
togethercomputer/redpajama-incite-7b-base	.2,.2
togethercomputer/redpajama-incite-7b-chat	.2,.2
togethercomputer/redpajama-incite-7b-instruct	.2,.2
togethercomputer/redpajama-incite-base-3b-v1	.1,.1
togethercomputer/redpajama-incite-chat-3b-v1	.1,.1
togethercomputer/redpajama-incite-instruct-3b-v1	.1,.1
togethercomputer/stripedhyena-hessian-7b	.2,.2
togethercomputer/stripedhyena-nous-7b	.2,.2
togethercomputer/alpaca-7b	.2,.2
upstage/solar-10.7b-instruct-v1.0	.3,.3
zero-one-ai/yi-34b	.8,.8
zero-one-ai/yi-6b	.2,.2`,
  voyageai: `voyage-01	.1
voyage-02	.1
voyage-2	.1
voyage-3	.06
voyage-3-large	.18
voyage-3-lite	.02
voyage-3.5	.06
voyage-3.5-lite	.02
voyage-4	.06
voyage-4-large	.12
voyage-4-lite	.02
voyage-code-2	.12
voyage-code-3	.18
voyage-context-3	.18
voyage-finance-2	.12
voyage-large-2	.12
voyage-large-2-instruct	.12
voyage-law-2	.12
voyage-lite-01	.1
voyage-lite-01-instruct	.1
voyage-lite-02-instruct	.1
voyage-multilingual-2	.12`,
  'x-ai': `grok-2-1212|grok-2|grok-2-latest	2,10	32768
grok-2-vision-1212|grok-2-vision|grok-2-vision-latest	2,10	32768
grok-3|grok-3-latest|grok-3-beta	3,15,.75	131072
grok-3-fast|grok-3-fast-latest|grok-3-fast-beta	5,25,1.25	131072
grok-3-mini|grok-3-mini-beta|grok-3-mini-latest	.3,.5,.075	131072
grok-3-mini-fast|grok-3-mini-fast-beta|grok-3-mini-fast-latest	.6,4,.15	131072
grok-4-0709|grok-4|grok-4-latest	3,15,.75	256000
grok-4-1-fast-non-reasoning|grok-4-1-fast-non-reasoning-latest	.2,.5,.05	2000000
grok-4-1-fast|grok-4-1-fast-reasoning|grok-4-1-fast-reasoning-latest	.2,.5,.05	2000000
grok-4-fast-non-reasoning|grok-4-fast-non-reasoning-latest	.2,.5,.05	2000000
grok-4-fast|grok-4-fast-reasoning|grok-4-fast-reasoning-latest	.2,.5,.05	2000000
grok-4.20	1.25>199999:2.5,2.5>199999:5,.2>199999:.4	1000000
grok-4.20-multi-agent	2,6,.2	1000000
grok-4.3|grok-4.3-########|x-ai/grok-4.3|x-ai/grok-4.3-########|grok-4.3-latest	1.25>199999:2.5,2.5>199999:5,.2>199999:.4	1000000
grok-4.5|grok-4.5-########|x-ai/grok-4.5|x-ai/grok-4.5-########|grok-4.5-latest|grok-latest	2>199999:4,6>199999:12,.3>199999:.6	500000
grok-4.6|grok-4.6-########|x-ai/grok-4.6|x-ai/grok-4.6-########|grok-4.6-latest	2>199999:4,6>199999:12,.5>199999:1	500000
grok-build-0.1	1>199999:2,2>199999:4,.2>199999:.4	256000
grok-code-fast|grok-code-fast-1|grok-code-fast-1-0825	.2,1.5,.02	256000
grok-voice-latest	?;@2026-08-05 ?
grok-voice-think-fast-1.0	?
grok-voice-think-fast-2.0	?`,
  zai: `glm-5.2	1.4,4.4,.26	1000000
glm-5.3	1.4,4.4,.26	1000000
glm-5.3-flash	.075,.25,.015	1000000`,
};

/** Vendors that host others' models for the prices of their makers. */
export const VENDORS_BEHIND: Readonly<Record<string, readonly string[]>> = {
  azure: ['openai', 'anthropic', 'deepseek', 'x-ai', 'moonshotai'],
  google: ['anthropic'],
};
