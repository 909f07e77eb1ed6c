//! Wire fixture of `AWS::IAM::RolePolicy`: its samples and AWS's answers.

use windlass::aws::iam::RolePolicy;

use crate::wire::Fixture;

pub fn fixture() -> Fixture {
    Fixture::of::<RolePolicy>("api-task|publish").answer(
        "GetRolePolicy",
        "<GetRolePolicyResponse><GetRolePolicyResult>
            <RoleName>api-task</RoleName><PolicyName>publish</PolicyName>
            <PolicyDocument>%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%5B%22sns%3ASubscribe%22%5D%2C%22Resource%22%3A%5B%22%2A%22%5D%7D%5D%7D</PolicyDocument>
        </GetRolePolicyResult></GetRolePolicyResponse>",
    )
}
