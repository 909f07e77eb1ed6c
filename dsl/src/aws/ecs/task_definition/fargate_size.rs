//! The CPU and memory sizes that AWS offers for Fargate tasks. The compiler checks them where they are literals.
//!
//! The table: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html>.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::schema::Shape;
use crate::value::{Input, Literal, Text};

/// CPU units, minimum and maximum memory in MiB, and the step between two sizes.
const SOLD: &[(u32, u32, u32, u32)] = &[
    (256, 512, 2048, 0),
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16_384, 1024),
    (4096, 8192, 30_720, 1024),
    (8192, 16_384, 61_440, 4096),
    (16_384, 32_768, 122_880, 8192),
];

/// A size of a Fargate task that AWS offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FargateSize {
    cpu: u32,
    memory: u32,
}

/// AWS sells no Fargate task of this size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", Message::about(*.cpu, *.memory).as_str())]
pub struct UnsoldFargateSize {
    cpu: u32,
    memory: u32,
}

/// A [`FargateSize`] from literals. The compiler refuses a size that AWS does not offer: `fargate!(cpu: 256, memory: 512)`.
///
/// ```
/// # use windlass::fargate;
/// let size = fargate!(cpu: 1024, memory: 4096);
/// assert_eq!(size.memory(), 4096);
/// ```
/// ```compile_fail
/// # use windlass::fargate;
/// let size = fargate!(cpu: 256, memory: 4096);
/// ```
#[macro_export]
macro_rules! fargate {
    (cpu: $cpu:expr, memory: $memory:expr $(,)?) => {
        const { $crate::aws::ecs::FargateSize::sold($cpu, $memory) }
    };
}

impl FargateSize {
    /// A size from CPU units (1024 for one virtual processor) and memory in MiB.
    ///
    /// # Errors
    /// AWS does not sell it.
    pub const fn new(cpu: u32, memory: u32) -> Result<Self, UnsoldFargateSize> {
        if is_sold(cpu, memory) {
            Ok(Self { cpu, memory })
        } else {
            Err(UnsoldFargateSize { cpu, memory })
        }
    }

    /// The same for [`fargate!`](crate::fargate), which the compiler evaluates.
    ///
    /// # Panics
    /// AWS does not sell it.
    #[must_use]
    pub const fn sold(cpu: u32, memory: u32) -> Self {
        if !is_sold(cpu, memory) {
            panic!("{}", Message::about(cpu, memory).as_str());
        }
        Self { cpu, memory }
    }

    /// CPU units; 1024 for one virtual processor.
    #[must_use]
    pub const fn cpu(self) -> u32 {
        self.cpu
    }

    /// Memory, in MiB.
    #[must_use]
    pub const fn memory(self) -> u32 {
        self.memory
    }
}

const fn is_sold(cpu: u32, memory: u32) -> bool {
    let mut row = 0;
    while row < SOLD.len() {
        let (units, least, most, step) = SOLD[row];
        if units == cpu {
            // The smallest CPU size doubles its memory from step to step.
            let fits = if step == 0 {
                memory == 512 || memory == 1024 || memory == 2048
            } else {
                (memory - if memory < least { memory } else { least }).is_multiple_of(step)
            };
            return memory >= least && memory <= most && fits;
        }
        row += 1;
    }
    false
}

/// A text that the compiler builds, because it has no `format!`.
struct Message {
    bytes: [u8; 256],
    length: usize,
}

impl Message {
    const fn about(cpu: u32, memory: u32) -> Self {
        let message = Self {
            bytes: [0; 256],
            length: 0,
        };
        let message = message
            .text("AWS sells no Fargate task with ")
            .number(cpu)
            .text(" CPU units and ")
            .number(memory)
            .text(" MiB: ");
        let mut row = 0;
        while row < SOLD.len() {
            let (units, least, most, step) = SOLD[row];
            if units == cpu {
                let message = message.number(units);
                return if step == 0 {
                    message.text(" go with 512, 1024 or 2048 MiB")
                } else {
                    message
                        .text(" go with ")
                        .number(least)
                        .text(" to ")
                        .number(most)
                        .text(" MiB in steps of ")
                        .number(step)
                };
            }
            row += 1;
        }
        message.text("it sells 256, 512, 1024, 2048, 4096, 8192 and 16384 CPU units")
    }

    const fn text(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut i = 0;
        while i < text.len() && self.length < self.bytes.len() {
            self.bytes[self.length] = text[i];
            self.length += 1;
            i += 1;
        }
        self
    }

    const fn number(self, number: u32) -> Self {
        let mut message = if number >= 10 {
            self.number(number / 10)
        } else {
            self
        };
        if message.length < message.bytes.len() {
            message.bytes[message.length] = b'0' + (number % 10) as u8;
            message.length += 1;
        }
        message
    }

    const fn as_str(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => "AWS sells no such Fargate task",
        }
    }
}

macro_rules! amounts {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        // AWS takes and returns these numbers as texts.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map(Self).map_err(serde::de::Error::custom)
            }
        }

        impl Literal for $name {
            const SHAPE: &'static Shape = &Shape::Text;
        }

        impl Text for $name {}

        impl From<u32> for Input<$name> {
            fn from(amount: u32) -> Self {
                $name(amount).into()
            }
        }
    )+};
}

amounts! {
    /// The CPU units of a task; 1024 for one virtual processor.
    TaskCpu;
    /// The memory of a task, in MiB.
    TaskMemory;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_sells_is_taken_and_nothing_else() {
        let sold: usize = SOLD
            .iter()
            .map(|&(cpu, ..)| (0..=131_072).filter(|memory| is_sold(cpu, *memory)).count())
            .sum();
        // 3 + 4 + 7 + 13 + 23 + 12 + 12
        assert_eq!(sold, 74);
        assert!(!is_sold(300, 512));
        assert!(!is_sold(8192, 17_408));
    }

    #[test]
    fn the_refusal_names_what_there_is() {
        let message = |cpu, memory| match FargateSize::new(cpu, memory) {
            Err(error) => error.to_string(),
            Ok(size) => panic!("{size:?} is sold"),
        };
        assert_eq!(
            message(256, 4096),
            "AWS sells no Fargate task with 256 CPU units and 4096 MiB: 256 go with 512, 1024 or 2048 MiB"
        );
        assert_eq!(
            message(8192, 1024),
            "AWS sells no Fargate task with 8192 CPU units and 1024 MiB: 8192 go with 16384 to 61440 MiB in steps of 4096"
        );
        assert_eq!(
            message(300, 512),
            "AWS sells no Fargate task with 300 CPU units and 512 MiB: it sells 256, 512, 1024, 2048, 4096, 8192 and 16384 CPU units"
        );
    }

    #[test]
    fn amounts_are_texts_in_json() {
        assert_eq!(serde_json::to_value(TaskCpu(256)).expect("json"), "256");
        assert!(serde_json::from_value::<TaskMemory>("1 GB".into()).is_err());
    }
}
