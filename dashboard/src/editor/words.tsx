import { ActionIcon, NativeSelect, Skeleton, Stack, Text, TextInput, Textarea, Tooltip } from "@mantine/core";
import { IconArrowBackUp, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Finding } from "../api";
import { faultOf, ProblemAlert } from "../problem";
import type { Panel } from "./editor";
import { Languages, languageName } from "./languages";
import { Section } from "./section";

export function Words({ doc, change, findings, site }: Panel) {
  const [chosen, setLocale] = useState<string>();
  const [filter, setFilter] = useState("");
  const locale = chosen && doc.locales.includes(chosen) ? chosen : (doc.locales[0] ?? "en");
  const words = useQuery({
    queryKey: ["words", locale],
    queryFn: ({ signal }) => api.words(locale, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const own = doc.texts?.[locale] ?? {};

  // An empty field is no override: the built-in words come back.
  const set = (key: string, text: string) =>
    change((d) => {
      const { [key]: _, ...rest } = d.texts?.[locale] ?? {};
      const next = text === "" ? rest : { ...rest, [key]: text };
      const { [locale]: __, ...others } = d.texts ?? {};
      return { ...d, texts: Object.keys(next).length === 0 ? others : { ...others, [locale]: next } };
    });

  const built = words.data?.words ?? {};
  // Overrides of keys without built-in words, such as those of own purposes, are shown too.
  const keys = [...new Set([...Object.keys(built), ...Object.keys(own)])].filter((key) =>
    `${key} ${built[key]} ${own[key]}`.toLowerCase().includes(filter.trim().toLowerCase()),
  );

  return (
    <>
      <Section title="Languages">
        <Languages doc={doc} built={site.locales} change={change} findings={findings} />
        <NativeSelect
          label="Edit the words in"
          value={locale}
          onChange={(e) => setLocale(e.currentTarget.value)}
          data={doc.locales.map((l) => ({ value: l, label: languageName(l) }))}
          data-testid="words-locale"
        />
        <TextInput
          aria-label="Find words"
          placeholder="Find words"
          leftSection={<IconSearch size={16} />}
          value={filter}
          onChange={(e) => setFilter(e.currentTarget.value)}
        />
      </Section>
      {words.isError && <ProblemAlert error={words.error} retry={() => void words.refetch()} />}
      {words.isPending && (
        <Stack>
          <Skeleton height={36} />
          <Skeleton height={64} />
          <Skeleton height={36} />
        </Stack>
      )}
      {words.isSuccess &&
        groups(keys).map(([name, members]) => (
          <Section key={name} title={headings[name] ?? plain(name)}>
            {members.map((key) => (
              <Word
                key={`${locale} ${key}`}
                name={key}
                locale={locale}
                built={built[key] ?? ""}
                own={own[key] ?? ""}
                onChange={(text) => set(key, text)}
                findings={findings}
              />
            ))}
          </Section>
        ))}
      {words.isSuccess && keys.length === 0 && (
        <Text size="sm" c="dimmed">
          No words match “{filter}”.
        </Text>
      )}
    </>
  );
}

interface WordProps {
  name: string;
  locale: string;
  built: string;
  own: string;
  onChange: (text: string) => void;
  findings: Finding[];
}

function Word({ name, locale, built, own, onChange, findings }: WordProps) {
  const Field = Math.max(built.length, own.length) > 60 ? Textarea : TextInput;
  const rows = Field === Textarea ? { autosize: true, minRows: 2, maxRows: 8 } : {};
  return (
    <Field
      {...rows}
      label={label(name)}
      placeholder={built}
      value={own}
      lang={locale}
      dir="auto"
      onChange={(e: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => onChange(e.currentTarget.value)}
      error={faultOf(findings, `texts.${locale}.${name}`)}
      className={own ? "word word-own" : "word"}
      data-testid={`text-${name}`}
      rightSection={
        own && (
          <Tooltip label="Back to the built-in words">
            <ActionIcon variant="subtle" size="sm" aria-label={`Reset ${label(name)}`} onClick={() => onChange("")}>
              <IconArrowBackUp size={16} />
            </ActionIcon>
          </Tooltip>
        )
      }
    />
  );
}

const headings: Record<string, string> = {
  banner: "Banner",
  body: "Explanations",
  button: "Buttons",
  buttons: "Buttons",
  action: "Buttons",
  purpose: "Purposes",
  purposes: "Purposes",
  preferences: "Preferences",
  prefs: "Preferences",
  placeholder: "Embedded content",
  embed: "Embedded content",
  level: "Levels",
};

/** Keys by their first part, in the order in which the server gave them. */
function groups(keys: string[]): [string, string[]][] {
  const by = new Map<string, string[]>();
  for (const key of keys) {
    const name = key.includes(".") ? (key.split(".")[0] ?? key) : "other";
    by.set(name, [...(by.get(name) ?? []), key]);
  }
  return [...by];
}

/** "banner.title" reads as "Title"; "purpose.analytics.title" as "Analytics: title". */
function label(key: string): string {
  const parts = key.split(".").slice(key.includes(".") ? 1 : 0);
  return parts.map((part, i) => (i === 0 ? plain(part) : part.replace(/[_-]/g, " "))).join(": ");
}

function plain(s: string): string {
  const words = s.replace(/[_-]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
