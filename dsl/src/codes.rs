//! The codes of all problems that a stack can have, once, as data. `docs/errors.md` explains each.

use crate::diagnostics::Code;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {
        $($(#[$doc])* pub const $name: Code = Code::new($text);)+
        /// Every code.
        pub const ALL: &[Code] = &[$($name),+];
    };
}

codes! {
    /// Two declarations under one address.
    ADDRESS_TAKEN = "WL-0001";
    /// A name that cannot be part of an address.
    ADDRESS_MALFORMED = "WL-0002";
    /// A reference or dependency on something that is not declared.
    REFERENCE_DANGLING = "WL-0003";
    /// Declarations that wait for each other.
    CYCLE = "WL-0004";
    /// A lookup that matches nothing.
    LOOKUP_EMPTY = "WL-0005";
    /// A lookup that AWS did not answer.
    LOOKUP_FAILED = "WL-0006";
    /// A required parameter is missing.
    PARAMETER_MISSING = "WL-0010";
    /// A parameter that does not have the expected type.
    PARAMETER_MALFORMED = "WL-0011";
    /// A parameter that the stack does not have.
    PARAMETER_UNKNOWN = "WL-0012";
    /// A property whose value AWS would refuse.
    PROPERTY_INVALID = "WL-0020";
    /// A tag that AWS would refuse.
    TAG_INVALID = "WL-0021";
    /// The stack function returned an error of its own.
    STACK_FAILED = "WL-0030";
    /// A resource or lookup in an account that the stack does not allow.
    ACCOUNT_NOT_ALLOWED = "WL-0031";
    /// AWS did not answer the search for resources with the stack's tags.
    NOT_SWEPT = "WL-0032";
    /// A property that the author leaves to another owner, where that has no effect.
    OWNED_ELSEWHERE_IDLE = "WL-0033";
    /// A subnet whose range is not within its VPC's.
    SUBNET_OUTSIDE_VPC = "WL-0101";
    /// Two routes for the same destination in one route table.
    ROUTE_DESTINATION_TAKEN = "WL-0102";
    /// A route, or an association of its table, that leads into another VPC.
    ROUTE_LEAVES_VPC = "WL-0103";
    /// A public NAT gateway in a subnet without a way to the internet.
    NAT_WITHOUT_WAY_OUT = "WL-0104";
    /// Two explicit route tables for one subnet.
    SUBNET_HAS_TWO_TABLES = "WL-0105";
    /// A second VPC for one gateway, or a second internet gateway for one VPC.
    GATEWAY_ATTACHED_TWICE = "WL-0106";
    /// Two subnets of one VPC whose ranges overlap.
    SUBNETS_OVERLAP = "WL-0107";
    /// A network pattern that cannot have the layout that the author wants.
    NETWORK_UNFIT = "WL-0108";
    /// Two listeners of one load balancer on one port.
    LISTENER_PORT_TAKEN = "WL-0201";
    /// Two subnets of one load balancer in one zone.
    LOAD_BALANCER_ZONES = "WL-0202";
    /// Two rules of one listener with one priority.
    RULE_PRIORITY_TAKEN = "WL-0203";
    /// A target group whose protocol does not fit the listener.
    TARGET_GROUP_PROTOCOL = "WL-0204";
    /// A service uses a target group that no listener or rule forwards to.
    TARGET_GROUP_UNREACHED = "WL-0205";
    /// A listener without a certificate that it needs, or with one that it does not.
    LISTENER_CERTIFICATE = "WL-0206";
    /// A listener whose protocol is not one of its load balancer's.
    LISTENER_PROTOCOL = "WL-0207";
    /// A target group in another VPC than the load balancer that forwards to it.
    TARGET_GROUP_VPC = "WL-0208";
    /// A rule that authenticates users, on a listener without HTTPS.
    RULE_NEEDS_HTTPS = "WL-0209";
    /// A load balancer for which the engine would make a name that AWS refuses.
    LOAD_BALANCER_NAME = "WL-0210";
    /// A Cloud Map service that does not fit into its namespace.
    DISCOVERY_NAMESPACE = "WL-0211";
    /// Two Cloud Map services, or namespaces, under one name.
    DISCOVERY_NAME_TAKEN = "WL-0212";
    /// A load balanced service without a port that gets traffic.
    SERVICE_LISTENS_NOWHERE = "WL-0213";
    /// A service names a container that its task definition does not have.
    CONTAINER_UNKNOWN = "WL-0301";
    /// A service uses a port that the container does not expose.
    PORT_NOT_EXPOSED = "WL-0302";
    /// A target group that cannot hold tasks of the task definition's network mode.
    TARGET_TYPE_MISMATCH = "WL-0303";
    /// A Fargate task in another network mode than `awsvpc`.
    FARGATE_NETWORK_MODE = "WL-0304";
    /// A service and its task definition disagree on whether tasks have network interfaces of their own.
    NETWORK_CONFIGURATION_MISMATCH = "WL-0305";
    /// A service uses a capacity provider that its cluster does not have.
    CAPACITY_PROVIDER_UNKNOWN = "WL-0306";
    /// A secret that the execution role may not read.
    SECRET_NOT_READABLE = "WL-0307";
    /// A Fargate task needs an execution role and has none.
    EXECUTION_ROLE_MISSING = "WL-0308";
    /// A cluster's capacity providers are declared in two places.
    CAPACITY_PROVIDERS_TWICE = "WL-0309";
    /// A service runs where its task definition cannot run.
    LAUNCH_MISMATCH = "WL-0310";
    /// A service names a port by a name that no container gives.
    PORT_NAME_UNKNOWN = "WL-0311";
    /// A service configures a volume that the task definition does not leave to the service.
    VOLUME_MISMATCH = "WL-0312";
    /// A capacity provider protects instances of a group that does not protect them.
    SCALE_IN_PROTECTION_MISSING = "WL-0313";
    /// A service keeps a property that only CodeDeploy can change.
    CODE_DEPLOY_OWNS = "WL-0314";
    /// One managed policy that is attached to a role twice.
    POLICY_ATTACHED_TWICE = "WL-0401";
    /// Two inline policies of one name on one role.
    INLINE_POLICY_TWICE = "WL-0402";
    /// A role that no principal may assume.
    ROLE_TRUSTS_NOBODY = "WL-0403";
    /// A managed policy with more characters than AWS takes.
    POLICY_TOO_LONG = "WL-0404";
    /// A lower bound above the upper one.
    CAPACITY_BOUNDS_CROSSED = "WL-0405";
    /// A scaling policy that may be created before its target, or has no target in this stack.
    SCALING_POLICY_WITHOUT_TARGET = "WL-0406";
    /// Two resources of one kind with one name, where AWS allows one.
    NAME_TAKEN = "WL-0407";
    /// Two scalable targets for one number.
    SCALABLE_TARGET_TWICE = "WL-0408";
    /// An instance profile with a role that EC2 cannot assume.
    INSTANCE_ROLE_NOT_FOR_EC2 = "WL-0409";
    /// Two scaling policies of one name on one target.
    SCALING_POLICY_TWICE = "WL-0410";
    /// A scalable target that names a service of the stack by text.
    SCALED_BY_TEXT = "WL-0411";
    /// The same rule of a security group from two declarations.
    RULE_DECLARED_TWICE = "WL-0501";
    /// A launch template that names a place, for a group that chooses places itself.
    LAUNCH_PLACES_EXCLUDE = "WL-0502";
    /// A launch template that asks for Spot in a way that its group does not allow.
    LAUNCH_MARKETS_EXCLUDE = "WL-0503";
    /// A kind that this engine does not know.
    KIND_UNKNOWN = "WL-0601";
    /// An expression that cannot be evaluated.
    EXPRESSION_INVALID = "WL-0602";
    /// A secret whose source could not be read.
    SECRET_MISSING = "WL-0603";
    /// An address on the command line that matches nothing.
    ADDRESS_UNKNOWN = "WL-0604";
    /// A plan would delete or replace a protected resource.
    PROTECTED = "WL-0605";
    /// A replacement would need one fixed name twice at the same time.
    NAME_FIXED = "WL-0606";
    /// Steps that wait for each other.
    ORDER_IMPOSSIBLE = "WL-0607";
    /// A resource that cannot be imported as it is declared.
    IMPORT_REFUSED = "WL-0608";
    /// A resource must be removed before it can be made again, but a resource that stays still uses it.
    STILL_USED = "WL-0609";
}
