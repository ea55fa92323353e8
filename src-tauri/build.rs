//! Takes the page, the icon and the capability into the window's binary.

fn main() {
    tauri_build::build();
}
