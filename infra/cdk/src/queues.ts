import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption, QueueProps } from 'aws-cdk-lib/aws-sqs';

/** A queue and what it gives up. A standard queue's dead letters keep the age that they had, so four days here leave ten
 * there; a FIFO queue's begin anew, and live for eighteen days in all. */
export class QueuePair {
  readonly queue: Queue;
  readonly dlq: Queue;

  /** `functionTimeout` is of the function that takes from it: a message stays hidden for six times as long, so that a slow
   * one is not taken twice. */
  constructor(stack: Stack, name: string, functionTimeout: Duration, fifo: boolean, key?: IKey) {
    const both: QueueProps = {
      enforceSSL: true,
      removalPolicy: RemovalPolicy.DESTROY,
      encryption: key ? QueueEncryption.KMS : QueueEncryption.SQS_MANAGED,
      encryptionMasterKey: key,
      ...(fifo && {
        fifo: true,
        deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
        fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      }),
    };
    this.dlq = new Queue(stack, `${name}Dlq`, { ...both, retentionPeriod: Duration.days(14) });
    this.queue = new Queue(stack, `${name}Queue`, {
      ...both,
      visibilityTimeout: Duration.seconds(6 * functionTimeout.toSeconds()),
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: this.dlq, maxReceiveCount: 10 },
    });
  }
}
