/** Fields that only Cohere has. Source: https://docs.cohere.com/reference/chat */
export const NATIVE_FIELDS = [
  'documents',
  'citation_options',
  'safety_mode',
  'strict_tools',
  'priority',
] as const;
