terraform {
  required_providers {
    notes = {
      source = "example/notes"
    }
  }
}

provider "notes" {
  folder = "."
}

resource "notes_note" "hello" {
  title = "hello"
  text  = "Hello, world."
}
