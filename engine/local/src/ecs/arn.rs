//! ARNs and identifiers as ECS makes them.

use rand::random;

/// The account and region that a world belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Scope {
    pub(crate) account: String,
    pub(crate) region: String,
}

impl Scope {
    /// `arn:aws:ecs:REGION:ACCOUNT:KIND/REST`
    pub(crate) fn arn(&self, kind: &str, rest: &str) -> String {
        let partition = match self.region.split('-').next() {
            Some("cn") => "aws-cn",
            _ if self.region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        format!(
            "arn:{partition}:ecs:{}:{}:{kind}/{rest}",
            self.region, self.account
        )
    }
}

/// The last part of an ARN or path; a plain name stays as it is.
pub(crate) fn name_of(arn_or_name: &str) -> &str {
    arn_or_name.rsplit('/').next().unwrap_or(arn_or_name)
}

/// 32 hex digits, as in a task's ARN.
pub(crate) fn task_id() -> String {
    format!("{:016x}{:016x}", random::<u64>(), random::<u64>())
}

/// `ecs-svc/` and 19 digits.
pub(crate) fn deployment_id() -> String {
    format!("ecs-svc/{}", revision_id())
}

/// 19 digits.
pub(crate) fn revision_id() -> String {
    format!(
        "{}",
        1_000_000_000_000_000_000 + random::<u64>() % 8_000_000_000_000_000_000
    )
}

/// 21 characters, as in a service deployment's ARN.
pub(crate) fn service_deployment_id() -> String {
    task_id()[..21].to_owned()
}

/// A UUID's form, for containers and attachments.
pub(crate) fn uuid() -> String {
    let hex = task_id();
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_know_their_partition() {
        let scope = |region: &str| Scope {
            account: "111111111111".into(),
            region: region.into(),
        };
        assert_eq!(
            scope("us-east-1").arn("task", "c/1"),
            "arn:aws:ecs:us-east-1:111111111111:task/c/1"
        );
        assert!(
            scope("cn-north-1")
                .arn("task", "c/1")
                .starts_with("arn:aws-cn:")
        );
        assert_eq!(name_of("arn:aws:ecs:us-east-1:1:service/c/web"), "web");
        assert_eq!(name_of("web"), "web");
    }
}
