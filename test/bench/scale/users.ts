import { setTimeout as sleep } from 'node:timers/promises';
import { createItemIndex, eventTypes } from '@nextcart/contracts';
import {
  createCatalogState,
  createCleaner,
  createRates,
  createSchemaVersions,
  createVerdict,
  foldVerdict,
} from '@nextcart/events';
