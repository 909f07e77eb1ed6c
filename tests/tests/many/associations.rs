//! Route tables, routes and associations of subnets: one call returns all three kinds.

use serde_json::json;
use windlass_engine::provider::Target;
use windlass_plan::observation::Observation;
use windlass_tests::wire::capture::Captured;

use super::{GONE, LATE, MANY, agree, owned, target, together};

/// The table that a subnet should have.
fn table(at: usize) -> &'static str {
    if at.is_multiple_of(2) {
        "rtb-0"
    } else {
        "rtb-1"
    }
}

fn association(at: usize, table: &str) -> String {
    format!(
        "<item><routeTableAssociationId>rtbassoc-{at}</routeTableAssociationId><routeTableId>{table}</routeTableId>
         <subnetId>subnet-{at}</subnetId><associationState><state>associated</state></associationState></item>"
    )
}

fn of_table(id: &str, associations: &str) -> String {
    format!(
        "<item><routeTableId>{id}</routeTableId><vpcId>vpc-0</vpcId><associationSet>{associations}</associationSet>
         <routeSet><item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><gatewayId>igw-0</gatewayId></item></routeSet></item>"
    )
}

/// EC2. Subnet 4 has another table than it should have, and subnet 5 has none of its own.
fn ec2(request: &Captured) -> Option<(u16, String)> {
    if request.operation != "DescribeRouteTables" {
        return None;
    }
    let asks = |text: &str| {
        let mut lines = request.body.lines();
        lines.any(|line| line.trim_end_matches('&').ends_with(&format!("={text}")))
    };
    let tables = if asks("route-table-id") {
        let tables = ["rtb-0", "rtb-1"].into_iter().filter(|table| asks(table));
        let tables = tables.map(|id| {
            let own = (0..LATE).filter(|at| table(*at) == id);
            let own: Vec<_> = own.map(|at| association(at, id)).collect();
            of_table(id, &own.concat())
        });
        tables.collect::<Vec<_>>().concat()
    } else if asks("association.subnet-id") && asks("subnet-4") {
        let theirs = association(77, "rtb-9") + &association(LATE, "rtb-9");
        of_table("rtb-9", &theirs)
    } else {
        String::new()
    };
    let body = format!(
        "<DescribeRouteTablesResponse><routeTableSet>{tables}</routeTableSet></DescribeRouteTablesResponse>"
    );
    Some((200, body))
}

fn targets() -> Vec<Target> {
    let target = |at| {
        let applied = json!({"RouteTableId": table(at), "SubnetId": format!("subnet-{at}")});
        let kind = "AWS::EC2::SubnetRouteTableAssociation";
        target(kind, format!("rtbassoc-{at}"), &applied)
    };
    (0..MANY).map(target).collect()
}

#[tokio::test]
async fn associations_are_read_with_the_tables_that_they_should_be_of() {
    let targets = targets();
    let (all, _) = together(ec2, &targets).await;
    let Observation::Present { properties, .. } = &all[LATE] else {
        panic!("{all:?}");
    };
    assert_eq!(
        *properties,
        json!({"RouteTableId": "rtb-9", "SubnetId": "subnet-4"})
    );
    // Windlass asks about each of the two that are not with their table.
    assert_eq!(
        agree(ec2, &targets).await,
        owned(&[("DescribeRouteTables", 3)])
    );
}

#[tokio::test]
async fn tables_and_their_routes_come_along() {
    let mut targets = targets();
    targets.truncate(LATE);
    let vpc = json!({"VpcId": "vpc-0"});
    targets.push(target("AWS::EC2::RouteTable", "rtb-0".to_owned(), &vpc));
    let route =
        json!({"RouteTableId": "rtb-1", "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-0"});
    let id = "rtb-1|0.0.0.0/0".to_owned();
    targets.push(target("AWS::EC2::Route", id, &route));
    let (all, calls) = together(ec2, &targets).await;
    assert!(!all.contains(&Observation::Missing), "{all:?}");
    assert_eq!(calls.len(), 1, "{calls:?}");
    assert_ne!(GONE, LATE);
}
