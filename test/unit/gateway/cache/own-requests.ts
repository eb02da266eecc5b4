/** Requests of the routes that one form has, which are compared as they are. */
import type { RICH } from './rich-requests.ts';

export const OWN: typeof RICH = [
  [
    'completions',
    {
      prompt: ['Once', 'Twice'],
      suffix: '.',
      best_of: 3,
      echo: true,
      frequency_penalty: 0.5,
      logit_bias: { 50256: -100 },
      logprobs: 2,
      max_tokens: 10,
      n: 2,
      presence_penalty: 0.25,
      seed: 7,
      stop: ['END', 'STOP'],
      temperature: 0,
      top_p: 0.9,
    },
  ],
  [
    'moderations',
    {
      input: [
        { type: 'text', text: 'Ouch' },
        { type: 'image_url', image_url: { url: 'https://a.example/1.png' } },
      ],
    },
  ],
  [
    'rerank',
    {
      query: 'cats',
      documents: ['a cat', { text: 'a dog', id: 2 }],
      top_n: 2,
      return_documents: true,
      max_tokens_per_doc: 100,
    },
  ],
  [
    'images.generations',
    {
      prompt: 'A cat',
      n: 2,
      size: '1024x1024',
      quality: 'high',
      background: 'transparent',
      output_format: 'png',
      output_compression: 90,
      moderation: 'low',
      partial_images: 1,
    },
  ],
  [
    'audio.speech',
    {
      input: 'Hello',
      voice: { id: 'voice_1' },
      instructions: 'Gently.',
      response_format: 'wav',
      speed: 1.5,
      stream_format: 'audio',
    },
  ],
];
