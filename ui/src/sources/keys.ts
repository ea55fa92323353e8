// What a source's file may say, line by line. The program checks the file; this only helps to write it.

export interface FileKey {
  readonly line: string;
  readonly means: string;
}

export const FILE_KEYS: readonly { title: string; keys: readonly FileKey[] }[] = [
  {
    title: 'Of the source',
    keys: [
      { line: 'label = { level = "confidential", categories = ["contact"] }', means: 'How sensitive its results are; confidential if left out.' },
      { line: 'auth = { kind = "bearer", secret = "name" }', means: 'How it knows us: none, bearer, basic, api_key, oauth2_client, oauth2_code, aws_sigv4 or hmac. The secret is a name in the keychain, never the secret.' },
      {
        line: 'auth = { kind = "oauth2_code", authorize_url = "https://…", token_url = "https://…", client_id = "…", scopes = ["read"], secret = "name" }',
        means: 'You sign in with your browser; the tokens are kept in the keychain under that name and renewed by themselves.',
      },
      { line: 'tls = { ca = "/path/to/ca.pem" }', means: 'Authorities that are trusted for it beside the machine’s; client_cert and client_key_secret show it a certificate.' },
      { line: 'private_network = true', means: 'Its name leads to a private address, and that is right.' },
      {
        line: 'limits = { in_flight = 8, per_second = 20, burst = 40, deadline = "20s", result_bytes = "4MiB" }',
        means: 'Calls at one time; requests a second, and how many at once after a rest; a call’s whole time; the longest result. What is left out has its default, and without per_second there is no rate.',
      },
      { line: 'headers = { "X-Team" = "research" }', means: 'Sent with every request; none of them a secret.' },
      {
        line: 'idempotency_header = "Idempotency-Key"',
        means: 'The header in which it takes a key that makes a write safe to send again. Without it a write is sent once and never twice.',
      },
    ],
  },
  {
    title: 'Of a tool',
    keys: [
      { line: 'effect = "read"', means: 'read, idempotent_write or write; from the method if left out. Reads run beside one another.' },
      {
        line: 'resource = "/customers/{id}"',
        means: 'What it touches; the path if left out. A write and anything that touches the same, or a part of it, run in the model’s order.',
      },
      { line: 'exclusive = true', means: 'It runs alone: nothing else of its answer beside it.' },
      { line: 'label = { level = "restricted" }', means: 'Joined with the source’s.' },
    ],
  },
];

/** The text with the line put below the one that holds `caret`, and where the caret stands then. */
export function withLine(text: string, caret: number, line: string): { text: string; caret: number } {
  const end = text.indexOf('\n', caret);
  const at = end < 0 ? text.length : end;
  // In an empty line it takes that line's place.
  const begin = text.lastIndexOf('\n', caret - 1) + 1;
  const empty = text.slice(begin, at).trim() === '';
  const before = empty ? text.slice(0, begin) : `${text.slice(0, at)}\n`;
  return { text: `${before}${line}${text.slice(at)}`, caret: before.length + line.length };
}
