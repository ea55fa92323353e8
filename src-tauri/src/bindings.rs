//! The one list of what the page may call and hear. It registers the commands and writes `ui/src/ipc/bindings.ts`.

use std::io::Write;
use std::path::Path;

use specta::datatype::{DataType, Fields};
use specta_typescript::{Error, Typescript};
use tauri::Wry;
use tauri_specta::{Builder, BuilderConfiguration, LanguageExt, collect_commands, collect_events};

use crate::commands::{
    anchors, asking, batches, care, evidence, imports, labels, mcp, models, network, page, review, search,
    secrets, session, sources, trail, workspace,
};
use crate::wire::{SessionChanged, TrailChanged};

const HEADER: &str = "// generated, do not edit: cargo xtask bindings";

/// A command rejects with an object, the bridge itself with a text: for a command that the window does not have, or
/// arguments that it can't read. Taken for a command's error, such a text would lose its words.
const ANSWER: &str = r#"export type Result<T, E> = { status: "ok"; data: T } | { status: "error"; error: E };

async function typedError<T, E>(result: Promise<T>): Promise<Result<T, E>> {
    try {
        return { status: "ok", data: await result };
    } catch (error) {
        if (error instanceof Error) throw error;
        if (typeof error === "string") throw new Error(error);
        return { status: "error", error: error as E };
    }
}

export { Channel };"#;

/// A line of the generator's own that no reader of the file needs and that the page's compiler takes for a mistake.
const NEEDLESS: &str =
    "const _assertTypedErrorFollowsContract: <T, E>(result: Promise<T>) => Promise<any> = typedError;\n\n";

/// Every command and every event.
pub(crate) fn builder() -> Builder<Wry> {
    Builder::new()
        .commands(collect_commands![
            session::session,
            page::page_ready,
            page::open_external,
            asking::ask,
            asking::stop,
            asking::cancel_call,
            asking::approve,
            batches::release_batch,
            batches::cancel_batch,
            batches::retry_call,
            batches::run_settings,
            batches::save_run_settings,
            batches::conversation_settings,
            batches::save_conversation_settings,
            trail::conversations,
            trail::conversation,
            trail::call,
            trail::payload,
            trail::wire,
            trail::prove,
            trail::entry,
            trail::verify,
            trail::verify_stop,
            trail::last_verified,
            search::search,
            search::filter_check,
            search::complete,
            search::facets,
            search::overview,
            search::ties_by_week,
            search::answers,
            search::turn_view,
            search::saved_filters,
            search::save_filters,
            evidence::export_preview,
            evidence::export_make,
            evidence::export_view,
            evidence::answer_save,
            evidence::show_in_folder,
            evidence::bundle_open,
            evidence::bundle_call,
            evidence::bundle_entry,
            evidence::bundle_wire,
            evidence::bundle_close,
            care::erase_preview,
            care::erase,
            care::holds,
            care::hold_add,
            care::hold_release,
            care::retention,
            care::save_retention,
            care::retention_preview,
            care::retention_apply,
            labels::own_detectors,
            labels::save_own_detectors,
            labels::classified,
            labels::above_clearance,
            labels::save_above_clearance,
            labels::false_alarms,
            labels::dismiss_finding,
            labels::restore_finding,
            labels::lower_label,
            anchors::anchors,
            anchors::anchor_save,
            anchors::anchor_remove,
            anchors::anchor_now,
            anchors::anchor_test,
            anchors::anchor_writes,
            anchors::anchor_writes_save,
            anchors::key_rotate,
            review::review_start,
            review::review_end,
            review::review_open,
            review::roles,
            review::save_roles,
            sources::source_check,
            sources::source_draft,
            sources::source_save,
            sources::source_remove,
            sources::source_toml,
            sources::source_export,
            sources::source_test,
            sources::source_sign_in,
            sources::source_sign_out,
            sources::tool_call,
            sources::pause_source,
            sources::resume_source,
            sources::lint,
            sources::check_arguments,
            sources::tool_request,
            imports::import_begin,
            imports::import_piece,
            imports::import_from,
            imports::import_references,
            imports::import_look,
            imports::import_changes,
            imports::import_save,
            imports::import_close,
            mcp::mcp_look,
            mcp::mcp_sign_in,
            mcp::mcp_refresh,
            mcp::held_tools,
            mcp::accept_tools,
            mcp::server_log,
            mcp::server_questions,
            mcp::answer_server,
            models::model_save,
            models::model_remove,
            models::model_test,
            models::model_presets,
            models::models_discover,
            models::usage,
            network::network,
            network::save_network,
            secrets::secret_names,
            secrets::secret_set,
            secrets::secret_remove,
            workspace::workspace_create,
            workspace::workspace_unlock,
            workspace::workspace_recover,
            workspace::workspace_write,
            workspace::demo_open,
            session::setting_set,
        ])
        .events(collect_events![SessionChanged, TrailChanged])
        .typed_error_impl(ANSWER)
        .disable_serde_phases()
}

/// Writes the page's view of them to a file; `-` is standard output. The same program always writes the same.
///
/// # Errors
/// If a type has no form in TypeScript, or the file can't be written.
pub(crate) fn write(path: &Path) -> Result<(), Error> {
    if path != Path::new("-") {
        return builder().export(Page, path);
    }
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("bindings.ts");
    builder().export(Page, &file)?;
    std::io::stdout().write_all(&std::fs::read(&file)?)?;
    Ok(())
}

/// TypeScript in which every field that travels is there.
struct Page;

impl LanguageExt for Page {
    type Error = Error;

    fn export(self, list: &BuilderConfiguration, path: &Path) -> Result<(), Error> {
        let mut list = list.clone();
        // What may be left out of a file (`#[serde(default)]`) is never left out of what travels.
        list.types.iter_mut(|named| match &mut named.ty {
            Some(DataType::Struct(made)) => {
                made.attributes.remove("serde:container:default");
                travels_whole(&mut made.fields);
            }
            Some(DataType::Enum(made)) => {
                made.variants.iter_mut().for_each(|(_, variant)| travels_whole(&mut variant.fields));
            }
            _ => {}
        });
        Typescript::default().header(HEADER).export(&list, path)?;
        let written = std::fs::read_to_string(path)?;
        std::fs::write(path, written.replace(NEEDLESS, ""))?;
        Ok(())
    }
}

fn travels_whole(fields: &mut Fields) {
    if let Fields::Named(fields) = fields {
        for (_, field) in &mut fields.fields {
            field.attributes.remove("serde:field:default");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bindings.ts");
        write(&file).unwrap();
        std::fs::read_to_string(file).unwrap()
    }

    #[test]
    fn the_bindings_are_the_same_each_time() {
        let first = written();
        assert!(first.starts_with(HEADER), "{}", first.lines().next().unwrap_or_default());
        assert_eq!(first, written());
    }

    #[test]
    fn what_travels_is_whole() {
        let written = written();
        let label = written.split("export type Label = {").nth(1).and_then(|rest| rest.split("};").next());
        assert!(label.is_some_and(|fields| fields.contains("categories: Category[]")), "{label:?}");
        let proxy =
            written.split("export type ProxySetting =").nth(1).and_then(|rest| rest.split("};").next());
        assert!(proxy.is_some_and(|variants| !variants.contains("?:")), "{proxy:?}");
    }

    #[test]
    fn no_command_gives_a_secret_or_reaches_outside() {
        let written = written();
        let commands =
            written.split("export const commands = {").nth(1).and_then(|rest| rest.split("\n};").next());
        let names: Vec<&str> = commands
            .unwrap_or_default()
            .lines()
            .filter_map(|line| line.strip_prefix('\t')?.split_once(": ("))
            .map(|(name, _)| name)
            .collect();
        assert!(names.contains(&"secretSet"), "{names:?}");
        for word in ["get", "read", "file", "fetch", "http", "sql", "shell", "exec", "rpc"] {
            assert!(
                names.iter().all(|name| !name.to_lowercase().contains(word) || *name == "pageReady"),
                "{word}"
            );
        }
    }
}
