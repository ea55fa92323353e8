// A recorded request as a command for a shell, with a variable where the key goes.

const SECRET = /\{secret:([\w.-]+)\}/g;

/** The command. `record` is a request as the program records it: its first line, headers, an empty line, the body. */
export function curlOf(record: string): string {
  const end = record.indexOf('\n\n');
  const [first = '', ...headers] = record.slice(0, end < 0 ? undefined : end).split('\n');
  const body = end < 0 ? '' : record.slice(end + 2);
  const space = first.indexOf(' ');
  const [method, address] = [first.slice(0, space), first.slice(space + 1)];
  const parts = [`curl${method === 'GET' ? '' : method === 'HEAD' ? ' --head' : ` -X ${method}`} ${quoted(address)}`];
  for (const line of headers.filter(Boolean)) {
    // Basic authorization is recorded as user and key, before they are made one text.
    const basic = /^authorization: Basic base64\((.+)\)$/.exec(line)?.[1];
    parts.push(basic === undefined ? `-H ${quoted(line)}` : `-u ${quoted(basic)}`);
  }
  if (body !== '') parts.push(`--data-binary ${quoted(body)}`);
  return parts.join(' \\\n  ');
}

/** The names of the variables that a person sets to the keys. */
export function variablesOf(record: string): string[] {
  return [...new Set([...record.matchAll(SECRET)].map(([, name = '']) => variable(name)))];
}

const variable = (name: string) => name.toUpperCase().replace(/[^A-Z0-9]+/g, '_');

/** In single quotes, out of which only a key's variable stands. */
function quoted(text: string): string {
  const parts = text.split(SECRET);
  // Every second part is a secret's name.
  return parts.map((part, at) => (at % 2 === 1 ? `"$${variable(part)}"` : part === '' ? '' : `'${part.replaceAll("'", `'\\''`)}'`)).join('');
}
