import { describe, expect, it } from 'vitest';

import { DEFAULTS, formOf, readForm } from './run';

const check = (change: object) => readForm({ ...formOf(DEFAULTS), ...change });

describe('the form of batches', () => {
  it('says what it was given, in units that a person thinks in', () => {
    expect(formOf(DEFAULTS)).toMatchObject({ inFlight: '64', deadline: '600', shown: '96', straggler: 'wait' });
    expect(check({})).toEqual({ settings: DEFAULTS });
    const odd = { ...DEFAULTS, batch_deadline_ms: 1500, shown_bytes: 1536, straggler: { kind: 'hedge', after_ms: 250 } as const };
    expect(readForm(formOf(odd))).toEqual({ settings: odd });
  });

  it('says field by field what is wrong', () => {
    for (const [field, texts] of Object.entries({
      inFlight: ['0', '', '1.5', '-3', 'many', '99999999999'],
      batchCalls: ['0', 'x'],
      deadline: ['0', '', '-1', '9999999'],
      shown: ['0.5', ''],
    })) {
      for (const text of texts) {
        const read = check({ [field]: text });
        expect('errors' in read && Object.keys(read.errors), `${field} ${text}`).toEqual([field]);
      }
    }
  });

  it('asks for a budget only where there is one', () => {
    expect(check({ straggler: 'wait', after: '' })).toHaveProperty('settings');
    expect(check({ straggler: 'pending', after: '' })).toMatchObject({ errors: { after: expect.stringContaining('seconds') as string } });
    expect(check({ straggler: 'pending', after: '2.5' })).toMatchObject({ settings: { straggler: { kind: 'pending', after_ms: 2500 } } });
  });
});
