//! Wire fixture of `AWS::IAM::InstanceProfile`: its samples and AWS's answers.

use windlass::aws::iam::InstanceProfile;

use crate::wire::Fixture;

pub fn fixture() -> Fixture {
    let profile = |roles: &str| {
        format!(
            "<InstanceProfile>
                <InstanceProfileName>workers</InstanceProfileName><InstanceProfileId>AIPA0A1</InstanceProfileId>
                <Arn>arn:aws:iam::123456789012:instance-profile/platform/workers</Arn><Path>/platform/</Path>
                <CreateDate>2030-01-01T00:00:00Z</CreateDate><Roles>{roles}</Roles>
            </InstanceProfile>"
        )
    };
    let role = "<member>
            <RoleName>worker-instance</RoleName><RoleId>AROA0A1</RoleId><Arn>arn:aws:iam::123456789012:role/worker-instance</Arn><Path>/</Path>
            <CreateDate>2030-01-01T00:00:00Z</CreateDate>
        </member>";
    let get = format!(
        "<GetInstanceProfileResponse><GetInstanceProfileResult>{}</GetInstanceProfileResult></GetInstanceProfileResponse>",
        profile(role)
    );
    let create = format!(
        "<CreateInstanceProfileResponse><CreateInstanceProfileResult>{}</CreateInstanceProfileResult></CreateInstanceProfileResponse>",
        profile("")
    );
    Fixture::of::<InstanceProfile>("workers")
        .output("InstanceProfileName", "workers")
        .answer("CreateInstanceProfile", &create)
        .answer("GetInstanceProfile", &get)
}
