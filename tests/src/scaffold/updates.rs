//! The update of a life cycle: every change in place, matched one by one, each with the call that the permissions suggest.
//!
//! Where the create call is the update call, everything is sent again. Not here: the rest of the life cycle.

use super::names::{member as sdk_member, pascal, snake};
use super::operations::name;
use super::{Form, Kind, Property};

/// `async fn update`.
pub fn update(kind: &Kind) -> String {
    let changing: Vec<_> = kind
        .properties
        .iter()
        .filter(|property| property.changes_in_place())
        .collect();
    let head = format!(
        "async fn update(cx: &Context, subject: &Subject<Self>, to: &{of}Resolved, changes: &[{of}Change]) -> Result<Outputs> {{\n",
        of = kind.name
    );
    if changing.is_empty() {
        return format!("{head}let _ = (cx, subject, to, changes);\nOk(Outputs::new())\n}}\n\n");
    }
    let (together, alone): (Vec<_>, Vec<_>) =
        changing.into_iter().partition(|p| is_together(kind, p));
    let arms: String = alone.iter().map(|property| arm(kind, property)).collect();
    let joined: Vec<_> = together
        .iter()
        .map(|property| variant(kind, property))
        .collect();
    let (before, joined, after) = match joined.as_slice() {
        [] => ("", String::new(), ""),
        all => (
            "let mut whole = false;\n",
            format!("{} => whole = true,\n", all.join(" | ")),
            "if whole {\nupdate_whole(cx, subject, to).await?;\n}\n",
        ),
    };
    format!(
        "{head}{before}for change in changes {{\n        match change {{\n{joined}{arms}}}\n}}\n{after}Ok(Outputs::new())\n}}\n\n"
    )
}

/// The function that changes the kind as a whole.
pub fn functions(kind: &Kind) -> String {
    let operations = &kind.operations;
    let changing = kind.properties.iter().filter(|p| p.changes_in_place());
    let together: Vec<_> = changing.filter(|p| is_together(kind, p)).collect();
    if together.is_empty() {
        return String::new();
    }
    let (of, client, operation) = (&kind.name, &kind.service.client, &operations.update);
    let head = format!(
        "async fn update_whole(cx: &Context, subject: &Subject<{of}Lifecycle>, to: &{of}Resolved) -> Result<()> {{\n"
    );
    let call = snake(name(operation));
    if operations.sends_all_again() {
        return format!(
            "/// The call that creates it replaces it, too: it is sent again, with everything.\n{head}\
             // DECIDE the members that the create call must not have here, and whether tags are among them.\n\
             let _ = subject;\n\
             let call = to.fill(cx.{client}().{call}());\n\
             call.send().await.named({operation:?}).map(drop)\n}}\n"
        );
    }
    let members: String = together.iter().map(|property| member(property)).collect();
    format!(
        "/// One call for everything that it takes.\n{head}\
         // DECIDE the members, and what clears a property.\n\
         let call = cx.{client}().{call}().{}(&subject.id){members};\n\
         call.send().await.named({operation:?}).map(drop)\n}}\n",
        id(kind)
    )
}

/// Whether a property goes with the one call about the whole.
fn is_together(kind: &Kind, property: &Property) -> bool {
    let operations = &kind.operations;
    let apart = property.form == Form::Tags || operations.is_later(&property.name);
    !apart && (operations.sends_all_again() || operations.updates_the_whole())
}

fn variant(kind: &Kind, property: &Property) -> String {
    format!("{}Change::{}", kind.name, pascal(&property.field))
}

fn arm(kind: &Kind, property: &Property) -> String {
    let variant = variant(kind, property);
    if property.form == Form::Tags {
        return format!("{variant} => {{\n{}}}\n", tags(kind, property));
    }
    let remark = super::life_cycle::remark(property.change);
    let Some(operation) = kind.operations.of_property(&property.name) else {
        return format!("{variant} => {{\n// DECIDE the call that changes it.{remark}\n}}\n");
    };
    format!(
        "{variant} => {{\n// DECIDE the members of the call, and what clears the property.{remark}\n\
         let call = cx.{}().{}().{}(&subject.id){};\ncall.send().await.named({operation:?})?;\n}}\n",
        kind.service.client,
        snake(name(operation)),
        id(kind),
        member(property),
    )
}

fn tags(kind: &Kind, property: &Property) -> String {
    let field = &property.field;
    if kind.operations.tagging().is_some() {
        return format!(
            "tagging::update::<Tags>(cx, subject.output(\"Arn\"), &subject.applied.{field}, &to.{field}).await?;\n"
        );
    }
    format!(
        "// DECIDE how the service changes tags.\ntags::update(cx, &subject.id, &subject.applied.{field}, &to.{field}).await?;\n"
    )
}

/// The setter of the SDK's call for a property.
fn member(property: &Property) -> String {
    let name = snake(&property.name);
    let field = &property.field;
    if property.required && !property.form.can_be_empty() {
        format!(".set_{name}(ToSdk::to_sdk(&to.{field}))")
    } else {
        format!(".set_{name}(to.{field}.to_sdk())")
    }
}

fn id(kind: &Kind) -> String {
    sdk_member(kind.identifier.first().map_or("Id", String::as_str))
}
