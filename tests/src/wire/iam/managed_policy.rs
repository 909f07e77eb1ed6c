//! Wire fixture of `AWS::IAM::ManagedPolicy`: its samples and AWS's answers.

use windlass::aws::iam::ManagedPolicy;

use crate::wire::Fixture;

const ARN: &str = "arn:aws:iam::123456789012:policy/platform/traces";

pub fn fixture() -> Fixture {
    let policy = format!(
        "<Policy>
            <PolicyName>traces</PolicyName><PolicyId>ANPA0A1</PolicyId><Arn>{ARN}</Arn><Path>/platform/</Path><DefaultVersionId>v1</DefaultVersionId>
            <AttachmentCount>4</AttachmentCount><IsAttachable>true</IsAttachable><Description>Sends traces</Description>
            <CreateDate>2030-01-01T00:00:00Z</CreateDate><UpdateDate>2030-01-01T00:00:00Z</UpdateDate>
        </Policy>"
    );
    Fixture::of::<ManagedPolicy>(ARN)
        .output("PolicyArn", ARN)
        .answer("CreatePolicy", &format!("<CreatePolicyResponse><CreatePolicyResult>{policy}</CreatePolicyResult></CreatePolicyResponse>"))
        .answer("GetPolicy", &format!("<GetPolicyResponse><GetPolicyResult>{policy}</GetPolicyResult></GetPolicyResponse>"))
        .answer(
            "GetPolicyVersion",
            "<GetPolicyVersionResponse><GetPolicyVersionResult><PolicyVersion>
                <Document>%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%5B%22xray%3APutTraceSegments%22%5D%2C%22Resource%22%3A%5B%22%2A%22%5D%7D%5D%7D</Document>
                <VersionId>v1</VersionId><IsDefaultVersion>true</IsDefaultVersion><CreateDate>2030-01-01T00:00:00Z</CreateDate>
            </PolicyVersion></GetPolicyVersionResult></GetPolicyVersionResponse>",
        )
        .answer(
            "ListEntitiesForPolicy",
            "<ListEntitiesForPolicyResponse><ListEntitiesForPolicyResult>
                <PolicyRoles>
                    <member><RoleName>api-task</RoleName><RoleId>AROA0A1</RoleId></member>
                    <member><RoleName>worker-task</RoleName><RoleId>AROA0B2</RoleId></member>
                    <member><RoleName>foreign</RoleName><RoleId>AROA0C3</RoleId></member>
                </PolicyRoles>
                <PolicyGroups><member><GroupName>developers</GroupName><GroupId>AGPA0A1</GroupId></member></PolicyGroups>
                <PolicyUsers><member><UserName>ada</UserName><UserId>AIDA0A1</UserId></member></PolicyUsers>
                <IsTruncated>false</IsTruncated>
            </ListEntitiesForPolicyResult></ListEntitiesForPolicyResponse>",
        )
}
