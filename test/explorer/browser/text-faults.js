// Runs in a page: what a reader would stumble over, in lines. Sideways scrolling, letters below 12 pixels, texts over each other.
(() => {
  const LEAST_LETTER = 12;
  /** Pixels that boxes of letters may share: they are higher than the letters. */
  const SHARED = 3;
  const faults = [];
  for (const part of document.querySelectorAll('html, header, nav, main, aside, footer')) {
    const { tagName, scrollWidth, clientWidth } = part;
    if (scrollWidth > clientWidth) faults.push(`${tagName} scrolls sideways: ${scrollWidth} pixels in ${clientWidth}`);
  }

  const clipOf = (element) => {
    const clip = { left: -1e6, top: -1e6, right: 1e6, bottom: 1e6 };
    for (let one = element; one instanceof Element; one = one.parentElement) {
      const { overflowX, overflowY, clip: old, clipPath } = getComputedStyle(one);
      if (overflowX === 'visible' && overflowY === 'visible' && old === 'auto' && clipPath === 'none') continue;
      const { left, top, right, bottom } = one.getBoundingClientRect();
      clip.left = Math.max(clip.left, left);
      clip.top = Math.max(clip.top, top);
      clip.right = Math.min(clip.right, right);
      clip.bottom = Math.min(clip.bottom, bottom);
    }
    return clip;
  };
  const isShown = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });
  const floats = (element) => {
    for (let one = element; one instanceof Element; one = one.parentElement) {
      if (['fixed', 'sticky'].includes(getComputedStyle(one).position)) return true;
    }
    return false;
  };

  const texts = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const element = node.parentElement;
    const text = node.data.trim();
    if (text === '' || ['SCRIPT', 'STYLE', 'NOSCRIPT', 'OPTION'].includes(element.tagName) || !isShown(element))
      continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const clip = clipOf(element);
    const boxes = [...range.getClientRects()]
      .map(({ left, top, right, bottom }) => ({
        left: Math.max(left, clip.left),
        top: Math.max(top, clip.top),
        right: Math.min(right, clip.right),
        bottom: Math.min(bottom, clip.bottom),
      }))
      .filter(({ left, top, right, bottom }) => right - left > 2 && bottom - top > 2);
    if (boxes.length === 0) continue;
    const scale = element instanceof SVGElement ? element.getScreenCTM().a : 1;
    const letter = parseFloat(getComputedStyle(element).fontSize) * scale;
    if (letter < LEAST_LETTER - 0.01) faults.push(`letters of ${letter.toFixed(1)} pixels: ${text.slice(0, 60)}`);
    texts.push({ text, element, boxes, floats: floats(element) });
  }
  for (const element of document.querySelectorAll('button, input, select, textarea')) {
    const letter = parseFloat(getComputedStyle(element).fontSize);
    if (isShown(element) && letter < LEAST_LETTER) faults.push(`letters of ${letter} pixels in a ${element.tagName}`);
  }
  for (const [i, one] of texts.entries()) {
    for (const other of texts.slice(i + 1)) {
      if (one.floats !== other.floats) continue;
      const isOver = one.boxes.some((a) =>
        other.boxes.some(
          (b) =>
            Math.min(a.right, b.right) - Math.max(a.left, b.left) > SHARED &&
            Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > SHARED,
        ),
      );
      if (isOver) faults.push(`texts over each other: "${one.text.slice(0, 40)}" and "${other.text.slice(0, 40)}"`);
    }
  }
  return faults;
})();
