//! Volumes that exist already, with data that lies elsewhere in them than where this kind's program looks.

use super::{Facts, lints::lint, strings::is_the_users};
use crate::{
    data::STORE_VOLUME,
    diag::{Code, Sink},
    model::{DataFolder, Platform, PlatformVolume, Workload},
    syntax::Node,
};

/// The lint `adopted-data`. Of a folder that a `source` names nobody knows whether there is anything in it.
pub(super) fn data(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    let components = platform.components.iter();
    for component in components.filter(|it| it.data_folders.iter().any(|it| it.adopted.is_some())) {
        let Some((main, volume)) = component.main().and_then(|it| adopted(platform, it)) else {
            continue;
        };
        if component
            .data_folders
            .iter()
            .any(|it| is_named(platform, main, it))
        {
            continue;
        }
        for help in component
            .data_folders
            .iter()
            .filter_map(|it| it.adopted.as_ref())
        {
            sink.push(
                lint(
                    Code::AdoptedData,
                    format!(
                        "`{}` may not find the data of the volume `{}`",
                        component.name, volume.real_name
                    ),
                    main,
                )
                .label(
                    volume.span,
                    "a volume that exists; its data may be in another folder of it",
                )
                .help(help.clone()),
            );
        }
    }
}

/// The volume of the component's data, if it exists already.
fn adopted<'a>(
    platform: &'a Platform,
    main: &'a Workload,
) -> Option<(&'a Workload, &'a PlatformVolume)> {
    let mut mounts = main
        .mounts
        .iter()
        .filter(|mount| mount.name == STORE_VOLUME);
    let key = mounts.next()?.source.volume()?;
    let volume = platform.volumes.iter().find(|it| it.key == key)?;
    (volume.named || volume.external).then_some((main, volume))
}

/// Whether a variable or an option of the user's names the folder: then somebody has thought of it.
fn is_named(platform: &Platform, main: &Workload, folder: &DataFolder) -> bool {
    let env = main.written.table("env");
    let mut variables = folder.env.iter().filter_map(|it| env?.get(it));
    let keys = ["args", "command", "entrypoint"].into_iter();
    let mut words = keys
        .filter_map(|key| main.written.get(key))
        .flat_map(Node::items);
    let names = |word: &str| {
        let word = word.trim_start_matches('-');
        folder
            .options
            .iter()
            .any(|it| word.split('=').next() == Some(it))
    };
    variables.any(|node| is_the_users(platform, node.span))
        || words.any(|node| is_the_users(platform, node.span) && node.as_str().is_some_and(names))
}
