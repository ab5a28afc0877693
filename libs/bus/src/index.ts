export type { Backoff } from './backoff.ts';
export type { Bucket, BucketChange, BucketEntry, BucketOptions, BucketWatch, BucketWatchOptions } from './bucket.ts';
export type { Bus, EnsureStreamsOptions, Published, PublishOptions, Stored } from './bus.ts';
export { BusError, type BusErrorCode } from './bus-error.ts';
export type { BusClock } from './clock.ts';
export { type BusStatus, type ConnectOptions, connectBus } from './connect.ts';
export type { ConsumeOptions, Consumer, ConsumerEvent, ConsumerHealth, Delivery, Handler } from './consumer.ts';
export type { Outcome } from './outcome.ts';
export type { Seen, SubscribeOptions, Subscription } from './subscribe.ts';
