import { createCodec, registrySubject, schemaText, type TopicSpec, topics } from '@nextcart/contracts';
import type { Kafka, RegisteredSchema, RegistryClient } from '@nextcart/kafka';
import { type Finding, ill, look, well } from './finding.ts';

const SETUP = 'run `nextcart setup`';

/** `found`: partitions, or null where the topic is missing. */
export const judgeTopic = (spec: TopicSpec, found: number | null): Finding => {
  const what = `topic ${spec.name}`;
  if (found === null) return ill(what, 'missing', SETUP);
  if (found === spec.partitions) return well(what, `${found} partition${found === 1 ? '' : 's'}`);
  return ill(
    what,
    `${found} partitions, nextcart expects ${spec.partitions}`,
    'change the number of partitions in packages/contracts/src/topics.ts (events and lists must have equally many), or make the topic again',
  );
};

export const checkTopics = async (kafka: Kafka): Promise<Finding[]> => {
  const findings: Finding[] = [];
  for (const spec of Object.values(topics)) {
    const found = await kafka.admin.topic(spec.name).catch((error: unknown) => {
      if ((error as { code?: string }).code === 'bad_configuration') return null;
      throw error;
    });
    findings.push(judgeTopic(spec, found?.partitions ?? null));
  }
  return findings;
};

/** Whether we can read what the newest registered version writes. */
export const judgeSchema = (topic: TopicSpec, latest: RegisteredSchema | null): Finding => {
  const subject = registrySubject(topic.name);
  const what = `schema ${subject}`;
  if (latest === null) return ill(what, 'not registered', SETUP);
  try {
    createCodec(schemaText(topic.schema), latest.schema);
  } catch (error) {
    return ill(
      what,
      `version ${latest.version} can't be read by this nextcart: ${error instanceof Error ? error.message : String(error)}`,
      `set the subject to BACKWARD compatibility, delete version ${latest.version} and have its producers use schemas/${topic.schema}.avsc`,
    );
  }
  return well(what, `version ${latest.version}, readable`);
};

export const checkSchemas = async (registry: RegistryClient): Promise<Finding[]> => {
  const findings: Finding[] = [];
  for (const topic of Object.values(topics)) {
    findings.push(
      ...(await look(`schema ${registrySubject(topic.name)}`, 'see the schema registry', async () => [
        judgeSchema(topic, await registry.latest(registrySubject(topic.name))),
      ])),
    );
  }
  return findings;
};
