import type { NeedsProgress, ReleaseProgress, TrainProgress } from '@nextcart/contracts';
import { paint, table } from '../print.ts';
import { releaseText, trainText } from './follow-cycle.ts';
import type { JobLine, JobState } from './list-jobs.ts';
import { timeOf } from './render-models.ts';

export const renderJobs = (lines: readonly JobLine[]): string[] => {
  if (lines.length === 0)
    return ['no job runs, waits or has failed: schedules bring the next, or ask for one (see: nextcart models train)'];
  const rows = lines.map((line) => [
    line.kind === null ? line.name : `${line.name} ${line.kind}`,
    line.id,
    STATES[line.state],
    timeOf(line.since),
    `${line.attemptsMade} of ${line.attempts}`,
    howItGoes(line),
  ]);
  return [table(['job', 'id', 'state', 'since', 'attempts', 'how it goes'], rows)];
};

const STATES: Readonly<Record<JobState, string>> = {
  active: paint('green', 'runs'),
  waiting: 'waits',
  'waiting-children': 'waits',
  delayed: 'later',
  failed: paint('red', 'failed'),
};

const howItGoes = (line: JobLine): string => {
  const reason = line.reason === null ? '' : oneLine(line.reason);
  if (line.state === 'failed') return reason;
  if (line.cancelled) return 'cancelled: a trainer ends it as soon as it sees that';
  if (line.state === 'waiting-children')
    return line.name === 'release' ? 'for the trainings of its cycle' : 'for the end of its cycle';
  if (line.dueAt !== null) return `by the clock at ${timeOf(line.dueAt)}`;
  // of one that is tried again, what it told before is old
  if (line.state !== 'active') return reason && `failed and is tried again: ${reason}`;
  return progressText(line) ?? 'has told nothing yet';
};

const progressText = ({ name, progress }: JobLine): string | undefined => {
  if (progress === null) return undefined;
  if (name === 'train') return trainText(progress as TrainProgress);
  if (name === 'release' || name === 'evaluate') return releaseText(progress as ReleaseProgress);
  const { stage, done, total } = progress as NeedsProgress;
  return `${stage} ${((100 * done) / Math.max(1, total)).toFixed(0)} %`;
};

/** Reasons of training processes have the end of their log. */
const LONGEST = 200;

const oneLine = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)} …` : line;
};
