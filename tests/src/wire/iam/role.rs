//! Wire fixture of `AWS::IAM::Role`: its samples and AWS's answers.

use windlass::aws::iam::Role;

use crate::wire::Fixture;

pub fn fixture() -> Fixture {
    let role = "<Role>
            <RoleName>api-task</RoleName><RoleId>AROA0A1</RoleId><Arn>arn:aws:iam::123456789012:role/platform/api-task</Arn><Path>/platform/</Path>
            <CreateDate>2030-01-01T00:00:00Z</CreateDate><Description>What the API does</Description><MaxSessionDuration>7200</MaxSessionDuration>
            <AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%5B%22sts%3AAssumeRole%22%5D%2C%22Principal%22%3A%7B%22Service%22%3A%5B%22ecs-tasks.amazonaws.com%22%5D%7D%7D%5D%7D</AssumeRolePolicyDocument>
            <PermissionsBoundary>
                <PermissionsBoundaryType>PermissionsBoundaryPolicy</PermissionsBoundaryType>
                <PermissionsBoundaryArn>arn:aws:iam::aws:policy/PowerUserAccess</PermissionsBoundaryArn>
            </PermissionsBoundary>
            <Tags><member><Key>Name</Key><Value>api</Value></member><member><Key>windlass:intent</Key><Value>0</Value></member></Tags>
        </Role>";
    Fixture::of::<Role>("api-task")
        .output("RoleName", "api-task")
        .answer("CreateRole", &format!("<CreateRoleResponse><CreateRoleResult>{role}</CreateRoleResult></CreateRoleResponse>"))
        .answer("GetRole", &format!("<GetRoleResponse><GetRoleResult>{role}</GetRoleResult></GetRoleResponse>"))
        .answer(
            "ListAttachedRolePolicies",
            "<ListAttachedRolePoliciesResponse><ListAttachedRolePoliciesResult>
                <AttachedPolicies>
                    <member><PolicyName>ReadOnlyAccess</PolicyName><PolicyArn>arn:aws:iam::aws:policy/ReadOnlyAccess</PolicyArn></member>
                    <member><PolicyName>Billing</PolicyName><PolicyArn>arn:aws:iam::aws:policy/job-function/Billing</PolicyArn></member>
                    <member><PolicyName>Foreign</PolicyName><PolicyArn>arn:aws:iam::aws:policy/Foreign</PolicyArn></member>
                </AttachedPolicies>
                <IsTruncated>false</IsTruncated>
            </ListAttachedRolePoliciesResult></ListAttachedRolePoliciesResponse>",
        )
        .answer(
            "GetRolePolicy",
            "<GetRolePolicyResponse><GetRolePolicyResult>
                <RoleName>api-task</RoleName><PolicyName>read-uploads</PolicyName>
                <PolicyDocument>%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%5B%22s3%3AGetObject%22%5D%2C%22Resource%22%3A%5B%22arn%3Aaws%3As3%3A%3A%3Auploads%2F%2A%22%5D%7D%5D%7D</PolicyDocument>
            </GetRolePolicyResult></GetRolePolicyResponse>",
        )
}
