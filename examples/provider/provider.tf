terraform {
  required_providers {
    lake = {
      source = "lake-dev/lake"
    }
  }
}

provider "lake" {
  region = "eu-west-1"
  owner  = "analytics"

  default_tags {
    tags = { team = "analytics" }
  }
}
