//! Truth is append-only, whichever way SQL is asked to change it.

use crate::scene::Scene;
use crate::story;

#[tokio::test]
async fn truth_refuses_update_delete_replace_and_upsert() {
    let scene = Scene::new();
    let store = scene.create().await;
    story::tell(&scene, &store).await;
    // Enough for a tile.
    store.append((0..300).map(|_| scene.opened()).collect()).await.unwrap();
    store.close().await;
    let tables = [
        ("entry", "seq", "seq, body, leaf"),
        ("tile", "level, position", "level, position, hash"),
        ("checkpoint", "size", "size, note"),
        ("payload", "id", "id, commitment, role, media, size, codec, secret, bytes"),
    ];
    // As careless as can be: the triggers must hold without the writer's own pragmas, too.
    for recursive in ["OFF", "ON"] {
        let sql = scene.raw();
        sql.execute_batch(&format!("PRAGMA recursive_triggers = {recursive}")).unwrap();
        for (table, key, columns) in tables {
            let count =
                || sql.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, u32>(0));
            let before = count().unwrap();
            assert!(before > 0, "{table}");
            let last = columns.rsplit(", ").next().unwrap();
            let existing = format!("SELECT {columns} FROM {table}");
            for attack in [
                format!("UPDATE {table} SET {last} = {last}"),
                format!("DELETE FROM {table}"),
                format!("REPLACE INTO {table} ({columns}) {existing}"),
                format!("INSERT OR IGNORE INTO {table} ({columns}) {existing}"),
                format!(
                    "INSERT INTO {table} ({columns}) {existing} WHERE true
                     ON CONFLICT ({key}) DO UPDATE SET {last} = excluded.{last}"
                ),
            ] {
                let refused = sql.execute(&attack, []).expect_err(&attack).to_string();
                assert!(refused.contains(table), "{attack}: {refused}");
            }
            assert_eq!(count().unwrap(), before);
        }
    }
}

#[tokio::test]
async fn the_trail_has_no_gaps_and_grows_only() {
    let scene = Scene::new();
    scene.create().await.close().await;
    let sql = scene.raw();
    for attack in [
        "INSERT INTO entry VALUES (2, x'00', zeroblob(32))",
        "INSERT INTO entry VALUES (-1, x'00', zeroblob(32))",
        "INSERT INTO entry VALUES (1, x'00', zeroblob(31))",
        "INSERT INTO checkpoint VALUES (0, '')",
        "REPLACE INTO payload SELECT 512, zeroblob(32), 'words', '', 0, 'gzip', zeroblob(32), x''",
    ] {
        assert!(sql.execute(attack, []).is_err(), "{attack}");
    }
}
