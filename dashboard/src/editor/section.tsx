import { Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** A group of settings under one heading. */
export function Section({ title, hint, children }: { title: string; hint?: ReactNode; children: ReactNode }) {
  return (
    <section className="section">
      <Stack gap="md">
        <div>
          <Title order={2} size="h3">
            {title}
          </Title>
          {hint && (
            <Text size="sm" c="dimmed" mt={2}>
              {hint}
            </Text>
          )}
        </div>
        {children}
      </Stack>
    </section>
  );
}
