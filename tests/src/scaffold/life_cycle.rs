//! The text of a life cycle: `engine/aws/src/SERVICE/KIND.rs`. Names of the SDK's types and members are guesses.
//!
//! Not here: what it brings into scope (`imports`), how the service changes and lists tags (`lines`, for a new service), and the calls of update (`updates`).

use super::names::{member, pascal, plural, snake, words};
use super::operations::{name, noun};
use super::{Change, Kind, Operations, imports, updates};

/// The whole file.
pub fn text(kind: &Kind) -> String {
    let body = [
        format!(
            "lives!({0} => {0}Lifecycle);\n\npub struct {0}Lifecycle;\n\n",
            kind.name
        ),
        tables(kind),
        query(kind),
        described(kind),
        life_cycle(kind),
        updates::functions(kind),
    ]
    .concat();
    let head = format!(
        "//! The life cycle of `{}`. DECIDE what is peculiar about its calls.\n//!\n\
         //! DECIDE the SDK's names: types and members are guessed from CloudFormation's.\n",
        kind.kind
    );
    [
        head,
        "\n".to_owned(),
        kind.mark(),
        "\n".to_owned(),
        imports::text(kind, &body),
        body,
    ]
    .concat()
}

/// The SDK's type that is observed.
pub fn item(kind: &Kind) -> String {
    let noun = pascal(noun(&kind.operations.create));
    if noun.ends_with(&kind.name) {
        noun
    } else {
        kind.name.clone()
    }
}

/// What the query of the kind is called.
fn query_name(kind: &Kind) -> String {
    plural(&kind.name)
}

fn tables(kind: &Kind) -> String {
    let Kind {
        name: of,
        service,
        operations,
        ..
    } = kind;
    let blocks: String = kind
        .blocks
        .iter()
        .map(|block| format!("    {};\n", block.name))
        .collect();
    let exceptions = kind
        .properties
        .iter()
        .filter(|p| p.changes_in_place() && operations.is_later(&p.name));
    let exceptions: String = exceptions
        .map(|property| {
            let own = operations
                .of_property(&property.name)
                .and_then(|own| operations.shown_by(own));
            let shown = if own.is_some() { ", not shown" } else { "" };
            format!("        {:?} later{shown};\n", property.name)
        })
        .collect();
    let exceptions = if exceptions.is_empty() {
        ";".to_owned()
    } else {
        format!(" {{\n{exceptions}    }}")
    };
    format!(
        "// DECIDE what differs: `\"Property\" as member`, `later`, `not shown`, and the SDK's types of the blocks.\n\
         tables! {{ windlass::aws::{} => {};\n{blocks}    {of} => {} | {}{exceptions}\n}}\n\n",
        service.module,
        service.sdk,
        snake(name(&operations.create)),
        item(kind),
    )
}

/// The query that shows the kind: for many keys where the operation describes or lists, for one where it gets.
fn query(kind: &Kind) -> String {
    let (query, of) = (query_name(kind), &kind.name);
    let id = member(kind.identifier.first().map_or("Id", String::as_str));
    let call = format!(
        "clients.{}().{}()",
        kind.service.client,
        snake(name(&kind.operations.describe))
    );
    let operation = &kind.operations.describe;
    let key = kind.identifier.join("`, `");
    if name(operation).starts_with("Get")
        && noun(operation) != plural(noun(operation))
        && !noun(operation).ends_with('s')
    {
        let answered = member(noun(operation));
        return format!(
            "/// One {0}, by `{key}`.\npub struct {query};\n\n\
             impl Single for {query} {{\n    type Key = String;\n    type Item = Sdk{of};\n\n\
             \u{20}   async fn ask(clients: &Clients, key: &String) -> Result<Option<Sdk{of}>> {{\n\
             // DECIDE the member of the answer.\n\
             let answer = {call}.{id}(key).send().await.named({operation:?}).found()?;\n\
             Ok(answer.and_then(|answer| answer.{answered}))\n}}\n}}\n\n",
            words(of)
        );
    }
    let (keys, answered) = (plural(&id), member(noun(operation)));
    format!(
        "/// {}, by `{key}`.\npub struct {query};\n\n\
         impl Query for {query} {{\n    type Key = String;\n    type Item = Sdk{of};\n\
         \u{20}   /// DECIDE how many one call takes, and where AWS says so.\n    const BATCH: usize = 100;\n\n\
         \u{20}   async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, Sdk{of})>> {{\n\
         // DECIDE the members, the pages, and whether one that is gone fails the others (`all_or_each`).\n\
         let call = {call}.set_{keys}(Some(keys));\n\
         let answer = call.send().await.named({operation:?}).found()?;\n\
         let found = answer.and_then(|answer| answer.{answered}).unwrap_or_default().into_iter();\n\
         Ok(found.filter_map(|item| Some((item.{id}.clone()?, item))).collect())\n}}\n}}\n\n",
        plural(&pascal(of)),
    )
}

fn described(kind: &Kind) -> String {
    let Kind {
        name: of,
        identifier,
        outputs,
        ..
    } = kind;
    let id = member(identifier.first().map_or("Id", String::as_str));
    let given = |name: &str| match name {
        "Arn" => format!("self.{}_arn.clone()", snake(of)),
        name => format!(
            "self.{}.clone()",
            member(name.rsplit('.').next().unwrap_or(name))
        ),
    };
    let pairs: String = outputs
        .iter()
        .map(|output| format!("({:?}, {}),\n", output.name, given(&output.name)))
        .collect();
    let several = if identifier.len() > 1 {
        "// DECIDE how the parts of the identifier are joined.\n"
    } else {
        ""
    };
    format!(
        "impl Described for Sdk{of} {{\n    fn id(&self) -> Option<String> {{\n{several}self.{id}.clone()\n}}\n\n\
         fn outputs(&self) -> Outputs {{\n        outputs([\n{pairs}])\n}}\n\n\
         fn properties(&self) -> Block {{\nself.block()\n}}\n\n\
         // DECIDE `stays`: whether AWS still shows one that is on its way out.\n}}\n\n"
    )
}

fn life_cycle(kind: &Kind) -> String {
    let listed = if kind.tags().is_some() {
        "true"
    } else {
        "false"
    };
    let later = kind
        .properties
        .iter()
        .any(|p| p.changes_in_place() && kind.operations.is_later(&p.name));
    let later = match later {
        true => format!(
            "fn after_create(spec: &{of}Resolved) -> Vec<{of}Change> {{\n        later::<_, {}FluentBuilder>(spec)\n}}\n\n",
            pascal(name(&kind.operations.create)),
            of = kind.name
        ),
        false => String::new(),
    };
    let marked = if kind.tags().is_some() {
        ""
    } else {
        "const IS_MARKED: bool = false;\n"
    };
    format!(
        "impl Lifecycle for {of}Lifecycle {{\n    type Kind = {of};\n\
         // DECIDE `AtOnce` or `InBackground`, with the page that says so.\n\
         const DELETION: Deletion = Deletion::AtOnce;\n{marked}\
         // DECIDE whether the tagging API lists it.\n    const IS_LISTED: bool = {listed};\n\
         // DECIDE `WORDINGS`, `TIMING`, `VISIBLE_WITHIN`, `bucket`, `who_uses` and `progress`, where the usual does not fit.\n\n\
         {later}{}{}{}{}{}}}\n\n",
        observe(kind),
        create(kind),
        updates::update(kind),
        delete(kind),
        find(kind),
        of = kind.name,
    )
}

fn observe(kind: &Kind) -> String {
    let query = query_name(kind);
    let Operations {
        describe, reading, ..
    } = &kind.operations;
    let others: Vec<_> = reading
        .iter()
        .filter(|operation| *operation != describe)
        .cloned()
        .collect();
    let others = match others.as_slice() {
        [] => String::new(),
        others => format!(
            "// DECIDE what else is asked. CloudFormation also calls {}.\n",
            others.join(", ")
        ),
    };
    if kind.tags().is_none() || kind.operations.tagging().is_none() {
        return format!("{others}observed_by!({query});\n\n");
    }
    format!(
        "fn want(subject: &Subject<Self>, wants: &mut Wants) {{\n{others}wants.want::<{query}>(subject.id.clone());\n\
         applied_tags::want(subject.output(\"Arn\"), &subject.applied.tags, wants);\n}}\n\n\
         fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {{\n\
         let Some(known) = answers.get::<{query}>(&subject.id)? else {{\n return Ok(None);\n}};\n\
         let (arn, applied) = (subject.output(\"Arn\"), &subject.applied.tags);\n\
         Ok(Some(Observed {{\n\
         properties: applied_tags::observe(known.properties(), arn, applied, answers)?,\n\
         outputs: known.outputs(),\n}}))\n}}\n\n"
    )
}

fn create(kind: &Kind) -> String {
    let operation = &kind.operations.create;
    let tags = match kind.tags() {
        None => String::new(),
        Some(tags) => format!(
            "// DECIDE the form of the tags.\nlet tags = creation_tags(cx, &spec.{}, intent);\n\
             let call = call.set_tags(Some(tags.into_iter().collect()));\n",
            tags.field
        ),
    };
    let unused = if tags.is_empty() {
        "let _ = intent;\n"
    } else {
        ""
    };
    format!(
        "async fn create(cx: &Context, spec: &{of}Resolved, intent: &IntentId) -> Result<Made> {{\n\
         const OPERATION: &str = {operation:?};\n{unused}\
         // DECIDE whether the call takes a client token: `intent.0`.\n\
         let call = spec.fill(cx.{}().{}());\n{tags}\
         // DECIDE the member of the answer; where there is none, `Made` is put together here.\n\
         let answer = call.send().await.named(OPERATION)?;\n\
         made(answer.{}.as_ref(), OPERATION)\n}}\n\n",
        kind.service.client,
        snake(name(operation)),
        snake(noun(operation)),
        of = kind.name,
    )
}

fn delete(kind: &Kind) -> String {
    let operation = &kind.operations.delete;
    format!(
        "async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {{\n\
         let call = cx.{}().{}().{}(&subject.id);\n\
         call.send().await.named({operation:?}).map(drop)\n}}\n\n",
        kind.service.client,
        snake(name(operation)),
        member(kind.identifier.first().map_or("Id", String::as_str)),
    )
}

fn find(kind: &Kind) -> String {
    let (of, query, thing) = (&kind.name, query_name(kind), words(&kind.name));
    let head = format!(
        "async fn find(cx: &Context, spec: &{of}Resolved, intent: &IntentId) -> Result<FoundOne> {{\n"
    );
    let apart = kind.tags().is_some() && kind.operations.tagging().is_some();
    let Some(id) = kind.named_by().filter(|_| apart) else {
        return format!(
            "{head}// DECIDE what finds it: the client token, the tag `windlass:intent`, or its natural key.\n\
             let _ = (cx, spec, intent);\nOk(FoundOne::Nothing {{ visible_within: 60 }})\n}}\n"
        );
    };
    let key = match id.required {
        true => format!("spec.{}.clone()", id.field),
        false => format!("spec.{}.clone().unwrap_or_default()", id.field),
    };
    format!(
        "{head}let name = {key};\n\
         let found = of_key({query}::fetch(cx, vec![name.clone()]).await?, &name);\n\
         let arn = found.as_ref().and_then(|known| known.{}_arn.clone());\n\
         let tags = match &arn {{\nSome(arn) => Tags::ask(cx, arn).await?.unwrap_or_default(),\nNone => Default::default(),\n}};\n\
         // DECIDE the visibility window, in seconds.\n\
         Ok(FoundOne::by_name(found.as_ref(), |_| tags.get(INTENT_TAG) == Some(&intent.0), |_| format!(\"the {thing} `{{name}}`\"), 60))\n}}\n",
        snake(of),
    )
}

/// What a change asks of a person.
pub fn remark(change: Option<Change>) -> &'static str {
    match change {
        Some(Change::Conditional) => " CloudFormation replaces in some cases.",
        _ => "",
    }
}
