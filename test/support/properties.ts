/**
 * Properties over servers tell their first counterexample with its seed and path. To make it smaller takes many more runs
 * than a test has time for, and they would go on beneath the tests after it.
 */
import fc from 'fast-check';

fc.configureGlobal({ endOnFailure: true });
