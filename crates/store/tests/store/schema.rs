//! docs/schema.sql is the real thing, explained: the trail's file and the tables beside it.

use std::path::Path;

use rusqlite::Connection;

use crate::scene::Scene;

fn documented() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema.sql");
    std::fs::read_to_string(path).unwrap()
}

/// Every statement that made the database, without comments and in one spacing.
fn statements(sql: &Connection) -> Vec<String> {
    let mut files = sql.prepare("SELECT name FROM pragma_database_list").unwrap();
    let files: Vec<String> = files.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut texts: Vec<String> = Vec::new();
    for file in files {
        let text = format!("SELECT sql FROM {file}.sqlite_schema WHERE sql IS NOT NULL");
        let mut statement = sql.prepare(&text).unwrap();
        texts.extend(statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap));
    }
    texts.iter().map(|text| plain(text)).collect()
}

fn plain(text: &str) -> String {
    let code = text.lines().map(|line| line.split("--").next().unwrap_or_default());
    let words = code.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    words
        .replace("( ", "(")
        .replace(" (", "(")
        .replace(" )", ")")
        .replace(" ,", ",")
        .replace(',', ", ")
        .replace(",  ", ", ")
}

#[tokio::test]
async fn the_documented_schema_is_the_real_one() {
    let scene = Scene::new();
    scene.create().await.close().await;
    let told = Connection::open_in_memory().unwrap();
    told.execute_batch(&documented()).unwrap();
    let (real, told) = (statements(&scene.raw()), statements(&told));
    for statement in &told {
        assert!(real.contains(statement), "documented, but not so in the database: {statement}\n{real:#?}");
    }
    assert_eq!(real.len(), told.len(), "every statement is documented");
}

#[tokio::test]
async fn every_table_and_column_is_explained() {
    let told = Connection::open_in_memory().unwrap();
    let text = documented();
    told.execute_batch(&text).unwrap();
    let mut columns = told
        .prepare("SELECT t.name, c.name FROM pragma_table_list t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'")
        .unwrap();
    let columns: Vec<(String, String)> =
        columns.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    assert!(columns.len() > 60);
    for (table, column) in columns {
        let (before, body) = text.split_once(&format!("CREATE TABLE {table} (\n")).unwrap();
        assert!(before.trim_end().lines().last().unwrap().starts_with("-- "), "{table} is explained");
        let body = body.split_once("\n)").unwrap().0;
        let line = body.lines().find(|line| line.trim_start().starts_with(&format!("{column} ")));
        let words = line.and_then(|line| line.split_once("-- ")).map_or("", |(_, words)| words);
        assert!(words.len() > 5, "{table}.{column} is explained");
    }
}
