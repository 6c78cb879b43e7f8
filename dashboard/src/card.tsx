import { Group, Paper, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** A part of a page: a heading, what it is for, and its content. */
export function Card({ title, hint, action, children }: { title: string; hint?: ReactNode; action?: ReactNode; children: ReactNode }) {
  return (
    <Paper component="section" aria-label={title} withBorder radius="lg" p={{ base: "md", sm: "xl" }}>
      <Stack gap="md">
        <Group justify="space-between" align="flex-start" gap="sm">
          <div className="page-head">
            <Title order={2}>{title}</Title>
            {hint && (
              <Text size="sm" c="dimmed" mt={2} maw={640}>
                {hint}
              </Text>
            )}
          </div>
          {action}
        </Group>
        {children}
      </Stack>
    </Paper>
  );
}

/** What stands where a list is empty: what would be there, and how to get it there. */
export function Nothing({ children }: { children: ReactNode }) {
  return (
    <Text c="dimmed" size="sm" maw={640}>
      {children}
    </Text>
  );
}
