//! Kafka: its topic exists, and both of its listeners answer.

use crate::{docker::outside, project::Project};

const IMAGE: &str = "apache/kafka:4.3.1";

pub fn streams(live: &Project) {
    let topics =
        "/opt/kafka/bin/kafka-topics.sh --bootstrap-server kafka:9092 --describe --topic drivers";
    let described = live.inside("kafka", topics);
    assert!(described.contains("PartitionCount: 2"), "{described}");
    live.inside(
        "kafka",
        "echo ride | /opt/kafka/bin/kafka-console-producer.sh --bootstrap-server kafka:9092 --topic drivers",
    );
    assert_eq!(consumed(), "ride\n");
}

/// What a program on this machine reads.
pub fn consumed() -> String {
    outside(
        IMAGE,
        &[
            "/opt/kafka/bin/kafka-console-consumer.sh",
            "--bootstrap-server=127.0.0.1:39092",
            "--topic=drivers",
            "--from-beginning",
            "--max-messages=1",
            "--timeout-ms=60000",
        ],
    )
}
