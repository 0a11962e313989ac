import { describe, expect, it } from 'vitest';
import { atLine, atPlace, CnnvizError, ofCommand } from '../../src/core/errors.js';

const error = new CnnvizError('shape', 'expected [3]', { fix: 'cut it', cause: 7 });

describe('errors', () => {
  it('say what, how to mend it and what was behind it, and lie in the input unless told', () => {
    expect(error).toMatchObject({ message: 'expected [3]', code: 'shape', fix: 'cut it', cause: 7, scope: 'input' });
    const bare = new CnnvizError('usage', 'no');
    expect([bare.fix, 'cause' in bare]).toEqual([undefined, false]);
  });

  it('are never longer than 500 letters or so, fixes too', () => {
    const long = new CnnvizError('usage', 'x'.repeat(500), { fix: 'y'.repeat(5000) });
    expect([long.message.length, long.fix!.length < 510]).toEqual([500, true]);
  });

  it('get the place in front, once, with all else as it was', () => {
    const placed = atPlace('a.png', error) as CnnvizError;
    expect(placed).toMatchObject({ message: 'a.png: expected [3]', code: 'shape', fix: 'cut it', cause: 7 });
    expect(atPlace('a.png', placed)).toBe(placed);
    expect((atPlace('a.png', new CnnvizError('usage', 'no')) as CnnvizError).fix).toBeUndefined();
  });

  it('of the command have no place among the inputs, but a line of the user’s own file', () => {
    const own = ofCommand(error) as CnnvizError;
    expect(own).toMatchObject({ message: 'expected [3]', fix: 'cut it', scope: 'command' });
    expect(atPlace('a.png', own)).toBe(own);
    expect(atLine('list.txt:3', own)).toMatchObject({ message: 'list.txt:3: expected [3]', scope: 'command' });
  });

  it('that are not ours are left alone', () => {
    const other = new TypeError('x');
    expect([atPlace('a', other), atLine('a', other), ofCommand(other)]).toEqual([other, other, other]);
  });
});
