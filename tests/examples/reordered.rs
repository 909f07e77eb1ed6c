//! A task definition whose containers change places by a parameter, for the end-to-end tests: it says the same in other words.

use windlass::prelude::*;

fn stack(cx: &mut Stack) -> Result<()> {
    let turned = cx.parameters(parameter::<bool>("turned").or(false))?;
    let app = ecs::Container::new("app", image!("public.ecr.aws/nginx/nginx:1.27"));
    let side = ecs::Container::new("side", image!("public.ecr.aws/nginx/nginx:1.27"));
    let (first, second) = if turned { (side, app) } else { (app, side) };
    ecs::TaskDefinition::fargate(fargate!(cpu: 256, memory: 512))
        .container(first)
        .container(second)
        .declare(cx, "task");
    Ok(())
}

windlass::main!("reordered", stack);
