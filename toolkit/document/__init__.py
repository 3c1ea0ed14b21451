"""What everything speaks: articles, issues and publications, with Markdown as the body."""
