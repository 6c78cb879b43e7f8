// The twin of Match in consent/site.go, bound by contract/vectors/match.json.

/** Whether a name fits a pattern in which `*` stands for any characters. Linear: no expression of a site is ever compiled. */
export const match = (pattern: string, name: string): boolean => {
  const [head = "", ...rest] = pattern.split("*");
  const tail = rest.pop();
  if (tail === undefined) return pattern === name;
  if (!name.startsWith(head) || !name.endsWith(tail) || name.length < head.length + tail.length) return false;
  const end = name.length - tail.length;
  let at = head.length;
  return rest.every((part) => {
    const i = name.indexOf(part, at);
    at = i + part.length;
    return i >= 0 && at <= end;
  });
};
