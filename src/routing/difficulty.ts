/**
 * How hard a request looks, for `auto`: points for what makes requests hard, and no word of the answer's. Rough on purpose; every
 * reason only adds, so that more of anything never makes a request look easier.
 */
import type { RequestShape } from './request-shape.ts';

/** Points. Of those that grow: `each`, up to `most`. Shown in `docs/routing.md`. */
export const DIFFICULTY_WEIGHTS = {
  /** For each doubling of 2,000 characters of input. */
  length: { each: 0.2, most: 1.4 },
  /** For each turn behind the first two. */
  turns: { each: 0.02, most: 0.3 },
  /** The first tool, and each further one. */
  tools: { first: 0.3, each: 0.02, most: 0.6 },
  /** An answer in JSON. */
  json: 0.15,
  images: { first: 0.2, each: 0.05, most: 0.4 },
  audio: { first: 0.1, each: 0.05, most: 0.2 },
  files: { first: 0.3, each: 0.1, most: 0.6 },
  /** Reasoning effort that is asked for; a word that is not known counts as `medium`. */
  effort: { none: 0, minimal: 0, low: 0.1, medium: 0.4, high: 0.9, xhigh: 1.2, max: 1.4 },
  /** Code in the user's last turn: between fences, or a line of it. */
  code: 0.3,
  /** Words that ask for proof, analysis, planning, comparison, … in the user's last turn: the first, and each further one. */
  demands: { first: 0.35, each: 0.15, most: 0.95 },
  /** Each question behind the first. */
  questions: { each: 0.1, most: 0.3 },
} as const;

/** Beginnings of words that ask for thought, in the languages that gateways see most. */
const DEMANDS = [
  // English
  'prov(?:en?|es|ed|ing)(?!\\p{L})|proofs?(?!\\p{L})|analy[sz]e|analys[ei]s|deriv(?:e|ation)|refactor|architect|optimi[sz]|debug|diagnos|evaluat|trade-?offs?',
  'step[- ]by[- ]step|reason through|think (?:hard|carefully)|plan(?:s|ning)?(?!\\p{L})|strateg|compare|implement|critique|design',
  // German, Dutch
  'beweis|analysier|herleit|refaktor|architektur|optimier|vergleich|bewert|entwirf|schritt für schritt|implementier',
  'bewijs|analyseer|vergelijk|optimaliseer|stap voor stap|ontwerp|beoordeel',
  // French, Spanish, Italian, Portuguese, Romanian
  'démontre|prouve|analyse|compare|optimise|conçois|évalue|étape par étape|planifie',
  'demuestra|analiza|compara|optimiza|diseña|evalúa|paso a paso|planifica',
  'dimostra|analizza|confronta|ottimizza|progetta|passo (?:dopo|per) passo|pianifica|ragiona',
  'demonstr|analis[ae]|otimiz|projet[ae]|avali[ae]|passo a passo|planej[ae]',
  'demonstrează|analizează|compară|optimizează|pas cu pas',
  // Nordic, Finnish
  'bevisa?|analyser|jämför|sammenlign|optimer|utvärder|vurder|steg för steg|trin for trin|steg for steg|todista|analysoi|vertaa',
  // Polish, Czech, Hungarian, Turkish
  'udowodnij|przeanalizuj|porównaj|zoptymalizuj|krok po kroku|zaprojektuj|dokaž|analyzuj|porovnej|navrhni|bizonyítsd|elemezd',
  'kanıtla|analiz et|karşılaştır|adım adım|optimize et|tasarla',
  // Russian, Ukrainian
  'докаж|проанализир|сравни|оптимизир|спроектир|пошагов|шаг за шагом|рефактор|доведи|проаналізуй|порівняй|крок за кроком',
  // Indonesian, Vietnamese
  'buktikan|analisis|bandingkan|langkah demi langkah|rancang|chứng minh|phân tích|so sánh|từng bước',
];
/** Of scripts that set no spaces between words, and of Arabic, which writes `and` into them. */
const DEMANDS_WITHIN =
  '证明|證明|分析|推导|推導|重构|重構|优化|優化|比较|比較|逐步|一步一步|規劃|规划|リファクタ|最適化|設計|段階的|증명|리팩터|최적화|비교|단계별|분석|أثبت|حلل|قارن|خطوة بخطوة|ثابت کن|تحلیل کن|विश्लेषण|सिद्ध कर|พิสูจน์|วิเคราะห์|เปรียบเทียบ';
const DEMAND = new RegExp(`(?<![\\p{L}\\p{M}])(?:${DEMANDS.join('|')})|${DEMANDS_WITHIN}`, 'giu');
const CODE =
  /```|^[ \t]*(?:(?:export |async )*(?:function|class|def|fn|func|impl|interface) .*[{:(]|(?:const|let|var) \w+ =|#include\b|import .+ from |SELECT .+ FROM )/m;
const QUESTIONS = /[?？؟][!?？؟]*/g;

export interface Difficulty {
  /** In [0, 1). */
  readonly score: number;
  /** The two strongest reasons, for the log. */
  readonly because: string;
}

export function difficultyOf(shape: RequestShape): Difficulty {
  const reasons = pointsOf(shape).filter(([, points]) => points > 0);
  const sum = reasons.reduce((total, [, points]) => total + points, 0);
  const strongest = reasons.sort(([, a], [, b]) => b - a).slice(0, 2);
  const because = strongest.map(([reason]) => reason).join(', ');
  return { score: 1 - Math.exp(-sum), because: because === '' ? 'short and plain' : because };
}

function pointsOf(shape: RequestShape): [reason: string, points: number][] {
  const weights = DIFFICULTY_WEIGHTS;
  const { lastUserText } = shape;
  const demands = new Set(Array.from(lastUserText.matchAll(DEMAND), ([found]) => found.toLowerCase())).size;
  return [
    ['long input', growing(Math.log2(1 + shape.characters / 2000), weights.length)],
    ['many turns', growing(shape.messages - 2, weights.turns)],
    ['tools', growing(shape.tools, weights.tools)],
    ['JSON answer', shape.wantsJson ? weights.json : 0],
    ['images', growing(shape.images, weights.images)],
    ['audio', growing(shape.audio, weights.audio)],
    ['files', growing(shape.files, weights.files)],
    ['reasoning asked for', effortPoints(shape.reasoningEffort)],
    ['code', CODE.test(lastUserText) ? weights.code : 0],
    ['demanding words', growing(demands, weights.demands)],
    ['several questions', growing((lastUserText.match(QUESTIONS)?.length ?? 0) - 1, weights.questions)],
  ];
}

interface Growing {
  readonly first?: number;
  readonly each: number;
  readonly most: number;
}

function growing(count: number, { first, each, most }: Growing): number {
  if (count <= 0) return 0;
  return Math.min(most, first === undefined ? count * each : first + (count - 1) * each);
}

function effortPoints(effort: string | null): number {
  const { effort: points } = DIFFICULTY_WEIGHTS;
  if (effort === null) return 0;
  return Object.hasOwn(points, effort) ? points[effort as keyof typeof points] : points.medium; // it was just looked up
}
