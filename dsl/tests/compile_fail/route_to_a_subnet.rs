use windlass::aws::ec2::{Route, RouteTable, Subnet};
use windlass::prelude::*;

fn route(table: &Handle<RouteTable>, subnet: &Handle<Subnet>) -> Route {
    Route::new(table.id(), cidr!("0.0.0.0/0"), subnet.id())
}

fn main() {}
