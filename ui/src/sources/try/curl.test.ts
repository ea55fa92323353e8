import { expect, it } from 'vitest';

import { curlOf, variablesOf } from './curl';

it('a recorded request is a command, with a variable where the key goes', () => {
  const record = "POST https://crm.example/notes?key={secret:crm-key}\naccept: */*\nauthorization: Bearer {secret:crm-key}\n\n{\"text\":\"it's\"}";
  expect(curlOf(record)).toBe(
    `curl -X POST 'https://crm.example/notes?key='"$CRM_KEY" \\\n  -H 'accept: */*' \\\n  -H 'authorization: Bearer '"$CRM_KEY" \\\n  --data-binary '{"text":"it'\\''s"}'`,
  );
  expect(variablesOf(record)).toEqual(['CRM_KEY']);
});

it('a read has no method and no body, and a user stands beside the password’s variable', () => {
  const record = 'GET https://crm.example/a\nauthorization: Basic base64(ada:{secret:pw})\n\n';
  expect(curlOf(record)).toBe(`curl 'https://crm.example/a' \\\n  -u 'ada:'"$PW"`);
});
