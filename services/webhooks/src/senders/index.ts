import type { Sender } from '../sender.ts';
import { acr } from './acr.ts';
import { alibaba } from './alibaba.ts';
import { azureEventGrid } from './azure-event-grid.ts';
import { cdevents } from './cdevents.ts';
import { cloudevents } from './cloudevents.ts';
import { distribution } from './distribution.ts';
import { dockerHub } from './docker-hub.ts';
import { ecr } from './ecr.ts';
import { ecrSns } from './ecr-sns.ts';
import { gitea } from './gitea.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { google } from './google.ts';
import { harbor } from './harbor.ts';
import { harborCloudEvents } from './harbor-cloudevents.ts';
import { jfrog } from './jfrog.ts';
import { native } from './native.ts';
import { nexus } from './nexus.ts';
import { quay } from './quay.ts';
import { zot } from './zot.ts';

/** Every kind of sender there is, by its name. A new one is a file here and a line below. */
export const senders: ReadonlyMap<string, Sender> = new Map(
  [
    distribution,
    dockerHub,
    quay,
    harbor,
    harborCloudEvents,
    github,
    gitlab,
    google,
    ecr,
    ecrSns,
    acr,
    azureEventGrid,
    jfrog,
    nexus,
    gitea,
    zot,
    alibaba,
    cloudevents,
    cdevents,
    native,
  ].map((sender) => [sender.name, sender]),
);
