//! The command line: the API with words and tables
