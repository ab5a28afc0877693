export { applyExample, EXAMPLE_REPOSITORY, example, pushExample } from './example.ts';
export { type FollowedPush, observeRollouts, type RolloutObserver } from './observe/observe-rollouts.ts';
export { type Followed, type Step, type StepTimes, steps } from './observe/steps.ts';
export { type Stack, type StackOptions, startStack } from './stack/start-stack.ts';
