import { Paper, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { Wordmark } from "../wordmark";

/** The frame of every page before the dashboard. */
export function Threshold({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="centred">
      <Stack gap="xl" maw={440} w="100%">
        <Wordmark />
        <Paper withBorder radius="lg" p={{ base: "lg", xs: 32 }}>
          <Stack gap="md">
            <Title order={1} size="h1">
              {title}
            </Title>
            {children}
          </Stack>
        </Paper>
      </Stack>
    </main>
  );
}
