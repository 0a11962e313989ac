/**
 * What a reader does not see, as a class of a regular expression with the flag u: controls but ESC, those that turn the
 * direction of letters, zero-width and filling letters, ends of lines and paragraphs, tags, halves of surrogate pairs.
 * Source: Unicode 15.1, general categories Cc Cf Zl Zp Cs and Default_Ignorable_Code_Point; Trojan Source, CVE-2021-42574
 */
export const INVISIBLE =
  '[\\u0000-\\u001a\\u001c-\\u001f\\u007f-\\u009f\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u3164\\uffa0\\u{e0000}-\\u{e0fff}]';
