/** The flags that a command is mostly given: first in its help, where it has many others. Sub-commands by their full name. */
export const COMMON_FLAGS: Readonly<Record<string, readonly string[]>> = {
  conv: ['--kernel', '--stride', '--relu', '--strip', '--out'],
  sweep: ['--kernel', '--stride', '--bias', '--pool', '--out'],
  explain: ['--kernel', '--stride', '--layer', '--at', '--out'],
  animate: ['--kernel', '--stride', '--layer', '--terminal', '--out'],
  field: ['--kernel', '--layer', '--at', '--pixel', '--out'],
  plan: ['--kernel', '--stride', '--input', '--weight'],
  run: ['--weights', '--layers', '--top', '--preset', '--out'],
  top: ['--layer', '--channel', '--weights', '--count', '--out'],
  preprocess: ['--preset', '--resize', '--crop', '--audit', '--out'],
  gradcam: ['--weights', '--class', '--layer', '--out'],
  saliency: ['--weights', '--class', '--out'],
  occlude: ['--weights', '--class', '--size', '--stride', '--out'],
  ablate: ['--weights', '--class', '--layer', '--out'],
  check: ['--pipe', '--network', '--baseline', '--update', '--report'],
  'head train': ['--features', '--weights', '--init', '--confusion', '--out'],
  'head features': ['--features', '--weights', '--layer', '--out'],
};
