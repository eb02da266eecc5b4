/** What a setting that becomes part of a host name or path may hold: letters that can change neither (traps H1). */
export const SETTING = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
export const SETTING_RULE = 'may hold letters, digits, dots, dashes and underscores only';
